#!/bin/sh
# Run once, by the image of PostgreSQL on an empty volume: the role that the program runs as, which
# owns nothing. The role of the image itself owns the tables and migrates them.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
    --set "password=$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE todo_app LOGIN PASSWORD :'password';
SQL
