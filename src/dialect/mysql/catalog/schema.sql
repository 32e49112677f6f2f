-- The database that we are connected to, which is "".
SELECT '' AS name
FROM DUAL
