-- Run once by psql as the superuser of a new server: logins, database, extensions.
-- Passwords come from the environment. The owner runs migrations; API and worker own nothing.
\set ON_ERROR_STOP on
\getenv owner_password POSTGRES_OWNER_PASSWORD
\getenv app_password POSTGRES_APP_PASSWORD
\getenv worker_password POSTGRES_WORKER_PASSWORD

CREATE ROLE tongban_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE tongban_app LOGIN PASSWORD :'app_password';
CREATE ROLE tongban_worker LOGIN PASSWORD :'worker_password';

CREATE DATABASE tongban OWNER tongban_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
REVOKE ALL ON DATABASE tongban FROM PUBLIC;
GRANT CONNECT ON DATABASE tongban TO tongban_app, tongban_worker;

\connect tongban
CREATE EXTENSION pg_trgm;
CREATE EXTENSION ltree;
CREATE EXTENSION btree_gin;
