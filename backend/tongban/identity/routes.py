"""Everything that identity answers over the API."""

from tongban.core.http import Router
from tongban.identity import auth_routes, organisation_routes, staff_routes

router = Router()
router.include_router(auth_routes.router)
router.include_router(organisation_routes.router)
router.include_router(staff_routes.router)
