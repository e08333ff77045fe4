using System.Text.RegularExpressions;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>The columns that are read from logged statements equal those of the server's own information_schema.</summary>
public sealed partial class DdlTests
{
    // One statement per line. A server rejects the statements that it does not know; the others count.
    private const string Statements = """
        CREATE TABLE numbers (a TINYINT, b SMALLINT UNSIGNED, c MEDIUMINT ZEROFILL, d INTEGER, e BIGINT UNSIGNED ZEROFILL, f INT1, g INT2, h INT3, i INT4, j INT8, k MIDDLEINT, l BOOL, m BOOLEAN)
        CREATE TABLE fractions (a FLOAT, b DOUBLE PRECISION, c REAL, d FLOAT4, e FLOAT8, f FLOAT(10), g FLOAT(40), h DECIMAL, i DEC(5), j FIXED(6,2), k NUMERIC(65,30) UNSIGNED, l DECIMAL(3,3) ZEROFILL)
        CREATE TABLE more_fractions (a FLOAT(7,3), b DOUBLE(9,4) UNSIGNED, c REAL(5,1))
        CREATE TABLE times (a DATE, b TIME, c TIME(3), d DATETIME(6), e TIMESTAMP NULL, f TIMESTAMP(2) NOT NULL DEFAULT CURRENT_TIMESTAMP(2) ON UPDATE CURRENT_TIMESTAMP(2), g YEAR, h DATETIME DEFAULT NOW())
        CREATE TABLE texts (a CHAR, b CHAR(3) CHARACTER SET latin1, c VARCHAR(20) CHARSET utf8mb4 COLLATE utf8mb4_bin, d TEXT, e TINYTEXT, f MEDIUMTEXT, g LONGTEXT, h LONG, i LONG VARCHAR, j NATIONAL CHAR(4), k NCHAR(5), l NATIONAL VARCHAR(6), m NVARCHAR(7), n CHARACTER VARYING(8), o CHARACTER(2)) DEFAULT CHARSET latin1
        CREATE TABLE more_texts (a TEXT(100), b TEXT(300), c TEXT(70000), d VARCHAR(10) BINARY, e VARCHAR(10) ASCII, f VARCHAR(10) UNICODE, g CHAR(5) BYTE, h TEXT CHARACTER SET binary, i VARCHAR(9) CHARACTER SET binary, j CHAR(4) CHARACTER SET binary) CHARACTER SET = utf8mb4
        CREATE TABLE bytes (a BINARY, b BINARY(16), c VARBINARY(300), d BLOB, e TINYBLOB, f MEDIUMBLOB, g LONGBLOB, h LONG VARBINARY, i BLOB(10), j BLOB(70000), k BIT, l BIT(64))
        CREATE TABLE lists (a ENUM('x','y,z','it''s', 'a\\b') NOT NULL DEFAULT 'x', b SET('p', 'q') CHARACTER SET latin1, c ENUM('ä', ' trailing  ') COLLATE utf8mb4_bin) CHARSET utf8mb4
        CREATE TABLE shapes (a GEOMETRY, b POINT NOT NULL, c LINESTRING, d POLYGON, e MULTIPOINT, f MULTILINESTRING, g MULTIPOLYGON, h GEOMETRYCOLLECTION)
        CREATE TABLE documents (a JSON, b JSON NOT NULL)
        CREATE TABLE vectors (a VECTOR(3), b VECTOR(5) NOT NULL)
        CREATE TABLE addresses (a UUID, b INET6, c INET4)
        CREATE TABLE serials (id SERIAL, a INT)
        CREATE TABLE serial_default (id INT SERIAL DEFAULT VALUE, a INT, PRIMARY KEY (a, id))
        CREATE TABLE keys_inline (a INT KEY, b INT UNIQUE KEY, c INT UNIQUE COMMENT 'it''s; a "comment" -- really', d INT DEFAULT -5 CHECK (d < 10))
        CREATE TABLE keys_below (a INT, b VARCHAR(10), c INT, CONSTRAINT pk PRIMARY KEY USING BTREE (b(5), a), UNIQUE KEY u (c), INDEX i (a, c), KEY k USING HASH (c))
        CREATE TABLE references_others (a INT PRIMARY KEY, b INT REFERENCES numbers (a) ON DELETE SET NULL ON UPDATE NO ACTION, c INT NOT NULL, CONSTRAINT fk FOREIGN KEY (c) REFERENCES keys_inline (a) ON DELETE CASCADE)
        CREATE TABLE defaults (a INT DEFAULT (1 + 2), b VARCHAR(50) DEFAULT (CONCAT('a', ')', ',')), c DOUBLE DEFAULT 1.5e-3, d DATE DEFAULT '2024-01-01', e BIT(3) DEFAULT b'101', f VARBINARY(3) DEFAULT x'00ff', g CHAR(3) DEFAULT _latin1'abc', h BOOL DEFAULT TRUE, i DECIMAL(5,2) DEFAULT +1.25)
        CREATE TABLE more_defaults (a VARBINARY(4) DEFAULT 0x41, b BIT(4) DEFAULT 0b11, c VARCHAR(10) DEFAULT N'x', d DECIMAL(4,2) DEFAULT .5, e DATE DEFAULT DATE '2024-01-01', f TIMESTAMP DEFAULT TIMESTAMP '2024-01-01 00:00:00', g VARCHAR(9) DEFAULT 'a' COMMENT 'b')
        CREATE TABLE uuid_default (id BINARY(16) DEFAULT (UUID_TO_BIN(UUID(), 1)), a INT NOT NULL, PRIMARY KEY (id))
        CREATE TABLE generated (a INT, b INT AS (a * 2), c INT GENERATED ALWAYS AS (a + b) VIRTUAL, d VARCHAR(20) AS (CONCAT(a, ',', ')')) STORED NOT NULL, e INT)
        CREATE TABLE generated_old (a INT, b INT AS (a * 2) PERSISTENT, c INT AS (a + 1) STORED COMMENT 'x')
        CREATE TABLE hidden (a INT PRIMARY KEY, b INT INVISIBLE, c INT DEFAULT 4 INVISIBLE COMMENT 'h', d INT VISIBLE)
        CREATE TABLE hidden_maria (a INT PRIMARY KEY, b INT INVISIBLE, c INT DEFAULT 4 INVISIBLE COMMENT 'h')
        CREATE TABLE functional (a INT, b VARCHAR(20), KEY f ((a + 1)), KEY g ((LOWER(b)), a DESC), CHECK (a > 0) NOT ENFORCED)
        CREATE TABLE attributes (a INT COLUMN_FORMAT FIXED STORAGE MEMORY, b INT COLUMN_FORMAT DYNAMIC, c VARCHAR(4) ENGINE_ATTRIBUTE = '{"k": 1}', d POINT NOT NULL SRID 4326, SPATIAL INDEX (d))
        CREATE TABLE partitioned (a INT NOT NULL, b DATE NOT NULL, PRIMARY KEY (a, b)) ENGINE = InnoDB PARTITION BY RANGE (TO_DAYS(b)) (PARTITION p0 VALUES LESS THAN (TO_DAYS('2024-01-01')), PARTITION p1 VALUES LESS THAN MAXVALUE)
        CREATE TABLE options (a INT) ENGINE=InnoDB AUTO_INCREMENT=5 ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET latin1 COLLATE latin1_bin COMMENT='charset=utf8 (x, y)' STATS_PERSISTENT=1
        CREATE TABLE collated (a VARCHAR(10)) COLLATE = latin1_swedish_ci
        CREATE TABLE `odd ``name` (`a b` INT, `c``d` INT, `select` INT, `ключ` INT, `é` VARCHAR(3), PRIMARY KEY (`c``d`))
        CREATE TABLE IF NOT EXISTS numbers (other INT)
        CREATE TABLE like_texts LIKE texts
        CREATE TABLE like_hidden (LIKE hidden_maria)
        CREATE TABLE selected (extra INT) AS SELECT a, d FROM numbers
        CREATE TABLE versioned (a INT, b INT) WITH SYSTEM VERSIONING
        CREATE TABLE versioned_named (a INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING
        CREATE TABLE periods (a INT, s DATE, e DATE, PERIOD FOR life (s, e), UNIQUE (a, life WITHOUT OVERLAPS))
        CREATE OR REPLACE TABLE replaced (a INT)
        CREATE OR REPLACE TABLE replaced (b INT NOT NULL, c INT, PRIMARY KEY (b))
        CREATE TABLE /* c1 */ commented ( /*!40100 a INT, */ b INT -- c )
        CREATE TABLE altered (id INT, a INT, b VARCHAR(10), c TEXT)
        ALTER TABLE altered ADD COLUMN d INT FIRST, ADD e INT AFTER a, ADD COLUMN (f INT, g VARCHAR(5) CHARACTER SET latin1 NOT NULL), DROP COLUMN c
        ALTER TABLE altered CHANGE a renamed BIGINT UNSIGNED NOT NULL AFTER b, MODIFY e INT NOT NULL FIRST, ADD PRIMARY KEY (id, d), ADD INDEX x (e), ADD h INT AFTER renamed
        ALTER TABLE altered ALTER COLUMN f SET DEFAULT 4, ALTER g DROP DEFAULT, COMMENT 'x', ORDER BY id
        ALTER TABLE altered DROP PRIMARY KEY, ADD PRIMARY KEY (f), MODIFY h INT FIRST
        ALTER TABLE altered ADD COLUMN IF NOT EXISTS f INT, DROP COLUMN IF EXISTS nothing, ADD COLUMN IF NOT EXISTS z INT
        ALTER TABLE altered ADD COLUMN y INT, ALGORITHM=INSTANT, LOCK=DEFAULT
        CREATE TABLE swapped (a INT, b VARCHAR(3), c INT)
        ALTER TABLE swapped RENAME COLUMN a TO b, RENAME COLUMN b TO a
        ALTER TABLE swapped CHANGE c d INT, ADD e INT AFTER d
        CREATE TABLE keyed (a INT PRIMARY KEY, b INT, c INT)
        ALTER TABLE keyed DROP PRIMARY KEY, DROP COLUMN a, ADD COLUMN n INT AUTO_INCREMENT PRIMARY KEY
        CREATE TABLE composite (a INT, b INT, c INT, PRIMARY KEY (a, b))
        ALTER TABLE composite DROP COLUMN a
        CREATE TABLE converted (a VARCHAR(20), b TEXT, c TINYTEXT, d CHAR(5) CHARACTER SET ascii, e ENUM('x'), f MEDIUMTEXT, g VARCHAR(5) CHARACTER SET binary) CHARACTER SET latin1
        ALTER TABLE converted CONVERT TO CHARACTER SET utf8mb4
        CREATE TABLE charset_only (a VARCHAR(20)) CHARACTER SET latin1
        ALTER TABLE charset_only DEFAULT CHARACTER SET utf8mb4, ADD b VARCHAR(5)
        CREATE TABLE moved (a INT, b INT)
        ALTER TABLE moved ADD c INT FIRST, RENAME TO moved_away
        RENAME TABLE moved_away TO moved_back
        CREATE TABLE to_partition (a INT PRIMARY KEY, b INT)
        ALTER TABLE to_partition ADD c INT NOT NULL DEFAULT 5 PARTITION BY HASH (a) PARTITIONS 4
        ALTER TABLE to_partition MODIFY b BIGINT REMOVE PARTITIONING
        CREATE TABLE visible (a INT, b INT)
        ALTER TABLE visible ALTER COLUMN b SET INVISIBLE
        ALTER TABLE visible ADD SYSTEM VERSIONING
        CREATE TABLE reverted (a INT) WITH SYSTEM VERSIONING
        ALTER TABLE reverted DROP SYSTEM VERSIONING
        ALTER TABLE reverted ADD b INT
        CREATE TABLE constraints (a INT, b INT, CONSTRAINT c1 CHECK (a > 0), CONSTRAINT CHECK (b > 0))
        ALTER TABLE constraints ADD CONSTRAINT c2 CHECK (a < b), ADD c INT CONSTRAINT c3 CHECK (c > 0), ADD UNIQUE INDEX (a), ADD FULLTEXT KEY (d), ADD d TEXT
        CREATE TABLE dropped (a INT)
        DROP TABLE IF EXISTS dropped, nothing
        CREATE TABLE swap_and_add (id INT, a INT, b INT)
        ALTER TABLE swap_and_add RENAME COLUMN a TO b, RENAME COLUMN b TO a, ADD c INT AFTER a
        CREATE TABLE renamed_and_added (id INT, a INT, b INT)
        ALTER TABLE renamed_and_added RENAME COLUMN a TO z, ADD c INT AFTER z
        ALTER TABLE renamed_and_added RENAME COLUMN z TO y, ADD d INT AFTER b, MODIFY id BIGINT AFTER c, CHANGE c e INT FIRST
        ALTER TABLE renamed_and_added ADD g INT AFTER id, ADD f INT AFTER g, MODIFY y INT AFTER f
        CREATE TABLE added_and_dropped (a INT, b INT)
        ALTER TABLE added_and_dropped DROP b, ADD b BIGINT FIRST
        ALTER TABLE added_and_dropped ADD q INT, DROP q
        CREATE TABLE vector_named (vector VECTOR(3), a INT)
        CREATE TABLE vector_named_int (id INT PRIMARY KEY, vector INT)
        ALTER TABLE vector_named_int ADD vector2 INT FIRST, CHANGE vector vector BIGINT
        CREATE TABLE vector_key (id INT PRIMARY KEY, v VECTOR(3) NOT NULL, VECTOR INDEX (v))
        CREATE TABLE vector_key_named (id INT PRIMARY KEY, v VECTOR(3) NOT NULL, VECTOR KEY vk (v))
        CREATE TABLE versioned_columns (a INT WITH SYSTEM VERSIONING, b INT)
        CREATE TABLE versioned_but_one (a INT, b INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING
        CREATE TABLE added_and_converted (a CHAR(3)) CHARACTER SET latin1
        ALTER TABLE added_and_converted ADD b TEXT, ADD c TINYTEXT, CONVERT TO CHARACTER SET utf8mb4
        CREATE TABLE added_with_charset (a CHAR(3)) CHARACTER SET latin1
        ALTER TABLE added_with_charset ADD b CHAR(1), DEFAULT CHARSET = utf8mb4
        ALTER TABLE added_with_charset ADD c CHAR(1), COLLATE ascii_bin
        CREATE TABLE collated_behind (a VARCHAR(10) NOT NULL COLLATE utf8mb4_bin, b CHAR(3) NULL DEFAULT 'x' COLLATE latin1_bin, c INT) CHARACTER SET ascii
        CREATE TABLE collated_numbers (a INT COLLATE latin1_bin, b DATE NULL COLLATE utf8mb4_bin, c JSON COLLATE utf8mb4_bin)
        CREATE TABLE collated_number (a INT NOT NULL COLLATE latin1_bin, b INT)
        CREATE TABLE key_dropped (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (a))
        DROP INDEX `PRIMARY` ON key_dropped
        CREATE TABLE key_altered (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (a))
        ALTER TABLE key_altered DROP INDEX `PRIMARY`, ADD PRIMARY KEY (b)
        CREATE TABLE key_and_null (a INT PRIMARY KEY, b INT)
        ALTER TABLE key_and_null MODIFY a INT NULL, DROP PRIMARY KEY
        CREATE TABLE numbers_written (a DOUBLE DEFAULT 1.5E-3, b DOUBLE DEFAULT 2e5, c DOUBLE DEFAULT -1.E+2, d DECIMAL(6,2) DEFAULT 10., e DOUBLE DEFAULT .5e1)
        CREATE TABLE source_rows (a INT NOT NULL PRIMARY KEY, b VARCHAR(5))
        CREATE TABLE partitioned_selected (PRIMARY KEY (a)) PARTITION BY HASH (a) PARTITIONS 2 AS SELECT a, b FROM source_rows
        CREATE TABLE as_table AS TABLE source_rows
        CREATE TABLE as_with AS WITH w AS (SELECT a, b FROM source_rows) SELECT * FROM w
        CREATE TABLE as_values (x INT) AS VALUES ROW(1)
        CREATE TABLE replaced_rows (a INT NOT NULL UNIQUE) IGNORE AS SELECT a FROM source_rows
        CREATE TABLE periods_key (id INT, s DATE, e DATE, PERIOD FOR p (s, e), PRIMARY KEY (id, p WITHOUT OVERLAPS))
        CREATE TABLE unique_text (a TEXT, b BLOB, UNIQUE (a), UNIQUE KEY k (b))
        CREATE TABLE unique_hash (a VARCHAR(20), b INT, UNIQUE KEY h (a) USING HASH)
        CREATE TABLE unique_text_added (a INT, t TEXT)
        ALTER TABLE unique_text_added ADD UNIQUE (t), ADD z INT
        CREATE TABLE unique_column (a TEXT UNIQUE, b INT)
        CREATE TABLE unique_number_hash (a INT, b INT, UNIQUE KEY h USING HASH (a), UNIQUE (b))
        CREATE TABLE unique_long (a VARCHAR(1000), b INT, UNIQUE (a))
        CREATE TABLE unique_prefix (a TEXT, b INT, UNIQUE (a(20)))
        CREATE TABLE unique_versioned (a TEXT, b INT, UNIQUE (a)) WITH SYSTEM VERSIONING
        CREATE TABLE unique_by_statement (a TEXT, b INT)
        CREATE UNIQUE INDEX later ON unique_by_statement (a)
        ALTER TABLE unique_by_statement ADD c INT AFTER a, DROP b
        CREATE TABLE unique_dropped (a TEXT, b INT, UNIQUE KEY k (a))
        DROP INDEX k ON unique_dropped
        CREATE TABLE unique_grown (a VARCHAR(10) UNIQUE, b INT)
        ALTER TABLE unique_grown MODIFY a TEXT
        CREATE TABLE unique_number_grown (a INT UNIQUE, b INT)
        ALTER TABLE unique_number_grown MODIFY a TEXT
        CREATE TABLE unique_number_shrunk (a TEXT UNIQUE, b INT)
        ALTER TABLE unique_number_shrunk MODIFY a INT
        CREATE TABLE unique_like LIKE unique_column
        CREATE SEQUENCE counter START WITH 5
        CREATE SEQUENCE counter_small AS SMALLINT UNSIGNED
        CREATE SEQUENCE counter_altered AS INT
        ALTER SEQUENCE counter_altered AS TINYINT RESTART 7
        ALTER SEQUENCE IF EXISTS counter RESTART 9
        CREATE TABLE to_binary (a CHAR(3), b VARCHAR(4), c TEXT, d ENUM('x'), e TINYTEXT) CHARACTER SET latin1
        ALTER TABLE to_binary CONVERT TO CHARACTER SET binary
        CREATE TABLE to_binary_wide (a CHAR(3), b VARCHAR(4), c TEXT, d SET('x', 'y'), e VARCHAR(3) CHARACTER SET latin1) CHARACTER SET utf8mb4
        ALTER TABLE to_binary_wide CONVERT TO CHARACTER SET binary
        CREATE TABLE from_binary (a CHAR(3), b VARBINARY(4), c BLOB) CHARACTER SET binary
        ALTER TABLE from_binary ADD d CHAR(2), CONVERT TO CHARACTER SET utf8mb4
        CREATE TABLE upper_types (A int UNSIGNED Not NULL, B DeCiMaL(4,1), `C` varchar ( 12 ) character  set Latin1)
        CREATE TABLE quoted.nothing (a INT)
        CREATE TABLE labels_converted (a ENUM('A', 'l8') CHARACTER SET utf16, b SET('x y') CHARACTER SET ucs2, c ENUM('z') CHARACTER SET latin1, d JSON)
        ALTER TABLE labels_converted CONVERT TO CHARACTER SET latin1
        CREATE TABLE key_kept (c INT NOT NULL, b INT NOT NULL, x INT, PRIMARY KEY (c, b), KEY k (b))
        ALTER TABLE key_kept DROP b, ADD b INT DEFAULT 2 AFTER x
        CREATE TABLE if_renamed (a INT, f INT)
        ALTER TABLE if_renamed RENAME COLUMN f TO g, ADD COLUMN IF NOT EXISTS f INT
        CREATE TABLE collated_bytes (a LONGBLOB COLLATE utf8mb4_bin, b BLOB COLLATE latin1_bin, c LONG VARBINARY COLLATE latin1_bin, d BINARY(5) COLLATE latin1_bin)
        CREATE TABLE collated_json (a JSON COLLATE latin1_bin)
        DROP SEQUENCE IF EXISTS collated_json
        SET sql_generate_invisible_primary_key = ON; CREATE TABLE key_moved (a INT, b INT); ALTER TABLE key_moved ADD c INT FIRST
        ALTER TABLE key_moved ENGINE = MyISAM, ADD d INT FIRST
        ALTER TABLE key_moved ENGINE = InnoDB, ADD e INT FIRST
        SET sql_generate_invisible_primary_key = ON, sql_mode = 'NO_BACKSLASH_ESCAPES'; CREATE TABLE key_and_escapes (f SET('a\b', 'z'))
        CREATE TABLE long_scales (a DECIMAL(65,38), b DECIMAL(38,31), c DECIMAL(38,38))
        SET sql_mode = ORACLE; CREATE TABLE oracle_types (a NUMBER, b NUMBER(5), c NUMBER(7,2), d VARCHAR2(10), e RAW(5), f CLOB, g BLOB, h DATE)
        SET sql_mode = ORACLE; ALTER TABLE oracle_types ADD i VARCHAR2(3) FIRST, MODIFY b NUMBER(3), ADD j RAW(2000), ADD k CLOB AFTER a
        ALTER TABLE oracle_types ADD l DATE, ADD m BLOB
        CREATE TABLE compressed_column (a VARCHAR(100) COMPRESSED, b TEXT COMPRESSED, c BLOB COMPRESSED=zlib DEFAULT NULL)
        CREATE TABLE xml (a INT) COMMENT = 'a', ENGINE = InnoDB, CHECKSUM 1
        ALTER TABLE xml ADD b INT COMMENT 'AFTER a', ADD COLUMN c INT DEFAULT 0 FIRST, ENGINE InnoDB, FORCE
        ALTER TABLE xml ADD (d INT, e INT CHECK (e > d)), ADD f INT REFERENCES numbers (a)
        ALTER ONLINE TABLE xml ADD g INT
        ALTER IGNORE TABLE xml ADD h INT
        ALTER TABLE IF EXISTS xml ADD i INT WAIT 5
        ALTER TABLE xml NOWAIT ADD j INT
        ALTER TABLE xml CHANGE COLUMN IF EXISTS nothing k INT, RENAME COLUMN IF EXISTS nothing TO l, MODIFY COLUMN IF EXISTS a BIGINT
        ALTER TABLE xml RENAME INDEX x TO y, ADD INDEX IF NOT EXISTS (a)
        ALTER TABLE xml RENAME AS xml_renamed
        RENAME TABLE xml_renamed TO xml_again, numbers TO numbers_renamed
        RENAME TABLES xml_again TO xml, numbers_renamed TO numbers
        CREATE TABLE generated_changed (a INT, b INT AS (a + 1))
        ALTER TABLE generated_changed MODIFY b INT AS (a + 2) STORED AFTER a, ADD c INT AS (b) VIRTUAL FIRST
        CREATE TABLE generated_dropped (a INT, b INT AS (a + 1) STORED)
        ALTER TABLE generated_dropped MODIFY b INT
        CREATE TABLE instant (a INT PRIMARY KEY, b INT, c INT)
        ALTER TABLE instant DROP COLUMN b, ALGORITHM=INSTANT
        ALTER TABLE instant ADD COLUMN b VARCHAR(3) AFTER a, ALGORITHM=INSTANT
        CREATE INDEX late ON altered (z)
        CREATE UNIQUE INDEX late_unique ON moved_back (a, b)
        DROP INDEX late ON altered
        """;

    [Theory]
    [InlineData(ServerKind.MySql97, "--binlog-row-metadata=MINIMAL", 100)]
    [InlineData(ServerKind.MySql97, "--binlog-row-metadata=FULL", 100)]
    [InlineData(ServerKind.MySql56, "--binlog-row-image=FULL", 80)]
    [InlineData(ServerKind.MariaDb1011, "--binlog-row-metadata=NO_LOG", 100)]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=NO_LOG", 100)]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=FULL", 100)]
    public async Task Columns_read_from_statements_are_those_of_the_server(ServerKind kind, string metadata, int least)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = [metadata] }));
        string database = await server.CreateDatabaseAsync("ddl");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        int accepted = 0;
        foreach (string statement in Statements.Split('\n'))
        {
            accepted += await IsAcceptedAsync(server, database, statement) ? 1 : 0;
        }

        Assert.True(accepted >= least, $"Only {accepted} statements were accepted.");
        Dictionary<string, string> expected = await OfServerAsync(server, database);
        int rows = 0;
        foreach (string table in expected.Keys)
        {
            // Its table map also has the columns that information_schema does not show; it is compared with those that were read.
            rows += await IsAcceptedAsync(server, database, $"INSERT IGNORE INTO `{table.Replace("`", "``")}` () VALUES ()") ? 1 : 0;
        }

        Assert.True(rows >= expected.Count * 9 / 10, $"Only {rows} of {expected.Count} tables accepted a row.");
        (Dictionary<string, string> read, List<string> refused) = await OfLogAsync(server, database, start);
        string[] differences = [.. refused, .. expected.Where(t => read.GetValueOrDefault(t.Key) != t.Value)
            .Select(t => $"{t.Key}\n   server {t.Value}\n   log    {read.GetValueOrDefault(t.Key, "unknown")}")];
        Assert.True(differences.Length == 0, $"{differences.Length} of {expected.Count} tables differ:\n{string.Join('\n', differences)}");
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task Rows_of_system_versioned_tables_keep_their_columns_over_an_ALTER(ServerKind kind)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = ["--binlog-row-metadata=NO_LOG"] }));
        string database = await server.CreateDatabaseAsync("versioned");
        await server.ExecuteAsync("CREATE TABLE v (a INT PRIMARY KEY, b INT) WITH SYSTEM VERSIONING", database);
        await server.ExecuteAsync("""
            CREATE TABLE named (a INT PRIMARY KEY, s TIMESTAMP(6) AS ROW START, e TIMESTAMP(6) AS ROW END, PERIOD FOR SYSTEM_TIME (s, e), b INT) WITH SYSTEM VERSIONING;
            CREATE TABLE still (a INT PRIMARY KEY, b INT) WITH SYSTEM VERSIONING
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            SET system_versioning_alter_history = KEEP;
            INSERT INTO v VALUES (1, 10);
            ALTER TABLE v ADD COLUMN c VARCHAR(5); INSERT INTO v VALUES (2, 20, 'two');
            ALTER TABLE v ADD COLUMN d INT FIRST, MODIFY b INT AFTER c; INSERT INTO v (a, b, c, d) VALUES (3, 30, 'three', 33);
            ALTER TABLE v DROP SYSTEM VERSIONING; INSERT INTO v (a, b, c, d) VALUES (4, 40, 'four', 44);
            ALTER TABLE v ADD SYSTEM VERSIONING; INSERT INTO v (a, b, c, d) VALUES (5, 50, 'five', 55);
            INSERT INTO named (a, b) VALUES (6, 60); INSERT INTO still VALUES (7, 70);
            """, database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        Assert.Equal(
            ["1 10  ", "2 20 two ", "3 30 three 33", "4 40 four 44", "5 50 five 55", "6 60  ", "7 70  "],
            changes.Select(
                c => string.Join(' ', ((string[])["a", "b", "c", "d"]).Select(name => c.Event.After.TryGetValue(name, out DataValue value)
                ? value.ToString() : ""))));
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "FULL")]
    public async Task Hashes_of_unique_keys_are_not_columns(ServerKind kind, string metadata)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = [$"--binlog-row-metadata={metadata}"] }));
        string database = await server.CreateDatabaseAsync("hashes");
        await server.ExecuteAsync("""
            CREATE TABLE known (id INT PRIMARY KEY, t TEXT, b BLOB, UNIQUE (t), UNIQUE (b));
            CREATE TABLE grown (id INT PRIMARY KEY, t VARCHAR(5) UNIQUE);
            CREATE TABLE numbers (id INT PRIMARY KEY, t INT UNIQUE)
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            INSERT INTO known VALUES (1, 'a', 'b'), (2, NULL, NULL); UPDATE known SET t = 'c' WHERE id = 1; DELETE FROM known WHERE id = 2;
            INSERT INTO grown VALUES (3, 'd'); ALTER TABLE grown MODIFY t TEXT; INSERT INTO grown VALUES (4, 'e');
            CREATE TABLE made (id INT PRIMARY KEY, t VARCHAR(9), UNIQUE KEY h USING HASH (t)); INSERT INTO made VALUES (5, 'f');
            ALTER TABLE known ADD n BIGINT; INSERT INTO known VALUES (6, 'g', 'h', 66);
            ALTER TABLE numbers MODIFY t TEXT; INSERT INTO numbers VALUES (7, 'i');
            DELETE FROM numbers; ALTER TABLE numbers MODIFY t INT; INSERT INTO numbers VALUES (8, 9)
            """, database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        Assert.Equal(
            ["id=1 t=a b=b", "id=2 t=null b=null", "id=1 t=c b=b", "id=2 t=null b=null", "id=3 t=d", "id=4 t=e", "id=5 t=f",
                "id=6 t=g b=h n=66", "id=7 t=i", "id=7 t=i", "id=8 t=9"],
            changes.Select(c => Fields(c.Event.After.HasValue ? c.Event.After : c.Event.Before)));
        Assert.DoesNotContain(changes,
            c => c.Event.Schema?.Columns.Any(column => column.Name.StartsWith("DB_ROW", StringComparison.Ordinal)) == true);
    }

    private static string Fields(DataRecord record) => string.Join(' ', record.Select(field => $"{field.Name}={Shown(field.Value)}"));

    private static string Shown(DataValue value)
        => value.Kind == ValueKind.Binary ? System.Text.Encoding.UTF8.GetString(value.AsBytes().Span) : value.IsNull ? "null"
        : value.ToString() ?? "";

    private static async Task<bool> IsAcceptedAsync(MySqlTestServer server, string database, string statement)
    {
        try
        {
            await server.ExecuteAsync(statement, database);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The server rejected the statement; the accepted ones are counted.
            return false;
        }
    }

    /// <summary>Where there is no primary key, the server shows the first unique key without nulls as one. Here it has one
    /// column.</summary>
    private static async Task<Dictionary<string, string>> OfServerAsync(MySqlTestServer server, string database)
    {
        IReadOnlyList<string?[]> rows = await server.QueryAsync($"""
            SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, c.EXTRA, c.CHARACTER_SET_NAME,
              COALESCE(k.ORDINAL_POSITION, IF(c.COLUMN_KEY = 'PRI', 1, NULL))
            FROM information_schema.COLUMNS c
            LEFT JOIN information_schema.KEY_COLUMN_USAGE k ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME
              AND k.CONSTRAINT_NAME = 'PRIMARY'
            WHERE c.TABLE_SCHEMA = '{database}' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION
            """);
        return rows.GroupBy(row => row[0] ?? "").ToDictionary(
            table => table.Key,
            table => string.Join(", ", table.Select(row => Text(
                row[1] ?? "", row[2] ?? "", row[3] == "YES", row[4]?.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase) != true,
                    row[5], row[6] ?? "0"))));
    }

    private static async Task<(Dictionary<string, string> Tables, List<string> Refused)> OfLogAsync(MySqlTestServer server,
        string database, CdcOffset start)
    {
        var tables = new Dictionary<string, string>(StringComparer.Ordinal);
        var refused = new List<string>();
        using var patience = new CancellationTokenSource(Capture.Patience);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = [$"{database}.*"], OnUnknownSchema = FaultPolicy.Skip,
        });
        await using var engine = new CdcEngine(source, new Offsets.InMemoryOffsetStore(), Capture.UpToNow(start));
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is Notice notice)
            {
                refused.Add(notice.Message);
            }
            else if (item is SchemaChange { Schema: { } schema })
            {
                // MariaDB's system-versioned tables have two columns that rows hold and information_schema does not.
                tables[schema.Name] = string.Join(", ", schema.Columns
                    .Select((column, i) => (Column: column, Key: schema.PrimaryKey.ToList().IndexOf(i) + 1))
                    .Where(c => c.Column is not { IsVisible: false, Name: "row_start" or "row_end" })
                    .Select(c => Text(c.Column.Name, c.Column.TypeName, c.Column.IsNullable, c.Column.IsVisible, c.Column.CharacterSet,
                        $"{c.Key}")));
            }
        }

        return (tables, refused);
    }

    private static string Text(string name, string type, bool isNullable, bool isVisible, string? characterSet, string keyOrdinal) =>
        $"{name} {Plain(type)}{(isNullable ? "" : " not null")}{(isVisible ? "" : " invisible")}"
        + $"{(characterSet is null or "binary" ? "" : $" {(characterSet == "utf8" ? "utf8mb3" : characterSet)}")}"
        + (keyOrdinal == "0" ? "" : $" key {keyOrdinal}");

    /// <summary>Removes what only affects how a number is shown (the width, ZEROFILL, the digits of FLOAT(7,3)), and uses the current name
    /// of the character set.</summary>
    private static string Plain(string type) => ShownAs().Replace(type, "");

    [GeneratedRegex(@"(?<=^(?:(?:tiny|small|medium|big)?int|year|float|double))\([\d,]+\)| zerofill$| /\*M!100301 COMPRESSED\*/$")]
    private static partial Regex ShownAs();
}
