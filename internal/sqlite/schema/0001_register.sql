-- What the engine itself keeps, in both files. Names that begin with an underscore cannot be a store.Table's.
CREATE TABLE _meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- The register of issued numbers: per series 1, 2, 3 … without gaps, and which row got each. Rows of it outlive the rows
-- they name: a number is issued once and never again.
CREATE TABLE _numbers (
  series TEXT NOT NULL,
  n      INTEGER NOT NULL,
  id     TEXT NOT NULL,
  PRIMARY KEY (series, n)
) WITHOUT ROWID, STRICT;
