#!/bin/sh
# Runs once, when the database is created: a role that may only read, for Grafana.
set -eu
: "${READER_PASSWORD:?set READER_PASSWORD in .env}"
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v owner="$POSTGRES_USER" -v reader_password="$READER_PASSWORD" -v database="$POSTGRES_DB" <<'SQL'
CREATE ROLE tapeline_reader LOGIN PASSWORD :'reader_password';
ALTER ROLE tapeline_reader SET default_transaction_read_only = on;
ALTER ROLE tapeline_reader SET statement_timeout = '60s';
GRANT CONNECT ON DATABASE :"database" TO tapeline_reader;
GRANT USAGE ON SCHEMA public TO tapeline_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT ON TABLES TO tapeline_reader;
SQL
