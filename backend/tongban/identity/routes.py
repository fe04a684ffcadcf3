"""Everything that identity answers over the API."""

from fastapi import APIRouter

from tongban.identity import auth_routes, organisation_routes, staff_routes

router = APIRouter()
router.include_router(auth_routes.router)
router.include_router(organisation_routes.router)
router.include_router(staff_routes.router)
