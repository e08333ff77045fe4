using System.Text.Json;
using CdcEmbedded.MySql.Schemas;
using static CdcEmbedded.MySql.Tests.Schemas.Ddl.ReadStatements;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>Statements and the keys that they leave.</summary>
public sealed class DdlKeyTests
{
    [Theory]
    [InlineData("ADD c BIGINT UNSIGNED NOT NULL FIRST", "my_row_id bigint unsigned#1~ c bigint unsigned a int?")]
    [InlineData("MODIFY a INT FIRST", "my_row_id bigint unsigned#1~ a int?")]
    [InlineData("DROP my_row_id, ADD c INT FIRST", "c int? a int?")]
    [InlineData("ADD c INT FIRST, ENGINE = MyISAM", "c int? my_row_id bigint unsigned#1~ a int?")]
    [InlineData("ENGINE MyISAM; ALTER TABLE t ADD c INT FIRST", "c int? my_row_id bigint unsigned#1~ a int?")]
    [InlineData("ADD c INT FIRST, ENGINE MyISAM; ALTER TABLE t ENGINE InnoDB, ADD d INT FIRST",
        "d int? c int? my_row_id bigint unsigned#1~ a int?")]
    public void A_generated_invisible_primary_key_stays_first(string alter, string expected)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE t (my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE, a INT, PRIMARY KEY (my_row_id))",
            .. ("ALTER TABLE t " + alter).Split("; ")], isMariaDb: false);

        Assert.Equal(expected, TextOf(catalogue));
    }

    [Theory]
    [InlineData("a int b int#1", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL UNIQUE)")]
    [InlineData("a int b int#1", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL)", "CREATE UNIQUE INDEX k ON t (b)")]
    [InlineData("a int b int?", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL UNIQUE)", "ALTER TABLE t MODIFY b INT NULL")]
    [InlineData("a int#1 b int?", "CREATE TABLE t (a INT NOT NULL, b INT UNIQUE)", "ALTER TABLE t ADD UNIQUE (a)")]
    [InlineData("a int#2 b int#1", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE k (b, a))", "ALTER TABLE t RENAME INDEX k TO l")]
    [InlineData("a int b int", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE k (b, a))", "DROP INDEX k ON t")]
    [InlineData("a int b int", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE (b), UNIQUE (b))",
        "ALTER TABLE t DROP KEY b, DROP KEY b_2")]
    [InlineData("a int#1 b int", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE (b), PRIMARY KEY (a))")]
    [InlineData("a int b int#1", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE (b), PRIMARY KEY (a))",
        "ALTER TABLE t DROP PRIMARY KEY")]
    [InlineData("a char(9) latin1", "CREATE TABLE t (a CHAR(9) NOT NULL, UNIQUE (a(5)))")]
    [InlineData("a char(9) latin1#1", "CREATE TABLE t (a CHAR(9) NOT NULL, UNIQUE (a(9)))")]
    [InlineData("b int#1", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE (a, b))", "ALTER TABLE t DROP a")]
    [InlineData("a bigint unsigned#1", "CREATE TABLE t (a SERIAL)")]
    [InlineData("a int b text latin1", "CREATE TABLE t (a INT NOT NULL, b TEXT NOT NULL UNIQUE, UNIQUE (a) USING HASH)")]
    public void The_first_unique_key_without_nulls_stands_for_a_missing_primary_key(string expected, params string[] statements)
        => Assert.Equal(expected, ColumnsAfter(statements));

    [Theory]
    [InlineData(true, "CREATE TABLE t (a TEXT UNIQUE)")]
    [InlineData(true, "CREATE TABLE t (a INT, UNIQUE KEY k USING HASH (a))")]
    [InlineData(true, "CREATE TABLE t (a INT, UNIQUE (a) USING HASH COMMENT 'x')")]
    [InlineData(true, "CREATE TABLE t (a VARCHAR(9), b INT, CONSTRAINT c UNIQUE INDEX k (b, a))")]
    [InlineData(true, "CREATE TABLE t (a BLOB)", "ALTER TABLE t ADD UNIQUE (a)")]
    [InlineData(true, "CREATE TABLE t (a BLOB)", "CREATE UNIQUE INDEX k ON t (a)")]
    [InlineData(true, "CREATE TABLE t (a INT)", "CREATE UNIQUE INDEX IF NOT EXISTS k USING HASH ON t (a)")]
    [InlineData(true, "CREATE TABLE u (a TEXT UNIQUE)", "CREATE TABLE t LIKE u")]
    [InlineData(true, "CREATE TABLE u (a TEXT UNIQUE)", "RENAME TABLE u TO t")]
    [InlineData(true, "CREATE TABLE t (a GEOMETRY UNIQUE)")]
    [InlineData(true, "CREATE TABLE t (a INT, b MULTIPOLYGON NOT NULL, UNIQUE (a, b))")]
    [InlineData(true, "CREATE TABLE t (a LINESTRING)", "ALTER TABLE t ADD UNIQUE (a)")]
    [InlineData(false, "CREATE TABLE t (a GEOMETRY UNIQUE, b INT)", "ALTER TABLE t DROP KEY a, ADD UNIQUE (b)")]
    [InlineData(false, "CREATE TABLE t (a INT UNIQUE, b TEXT, KEY (b(5)), KEY USING HASH (a))")]
    [InlineData(false, "CREATE TABLE t (a INT, b TEXT)", "CREATE INDEX k USING HASH ON t (b(5))")]
    public void Unique_keys_that_may_be_hashes_are_recognized(bool expected, params string[] statements)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, statements);
        var table = catalogue.Find("d", "t");

        Assert.NotNull(table);
        Assert.Equal(expected, table.MayHashKeys);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            SchemaCatalogueJson.Write(writer, table);
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(expected, SchemaCatalogueJson.ReadTable(document.RootElement).MayHashKeys);
    }

    [Theory]
    [InlineData(true, "a int? b geometrycollection", "(a INT, b GEOMETRYCOLLECTION NOT NULL UNIQUE)")]
    [InlineData(true, "a int b point", "(a INT NOT NULL, b POINT NOT NULL, UNIQUE (b, a))")]
    [InlineData(true, "a int#1 b point", "(a INT NOT NULL, b POINT NOT NULL, UNIQUE (b, a), UNIQUE (a))")]
    [InlineData(true, "a int b point", "(a INT NOT NULL, b POINT NOT NULL, UNIQUE (b(25)))")]
    [InlineData(true, "a int b geometry", "(a INT NOT NULL, b GEOMETRY NOT NULL, UNIQUE (b(10)))")]
    [InlineData(true, "a int b point#1", "(a INT NOT NULL, b POINT NOT NULL, PRIMARY KEY (b))")]
    [InlineData(false, "a int#2 b point#1", "(a INT NOT NULL, b POINT NOT NULL, UNIQUE (b, a))")]
    [InlineData(false, "a int? b point#1", "(a INT, b POINT NOT NULL, UNIQUE (b(25)))")]
    [InlineData(false, "a int b geometry", "(a INT NOT NULL, b GEOMETRY NOT NULL, UNIQUE (b(10)))")]
    public void A_unique_key_of_a_geometry_is_a_primary_key_where_the_server_takes_it_for_one(bool isMariaDb, string expected,
        string columns)
        => Assert.Equal(expected, ColumnsAfter(isMariaDb, "CREATE TABLE t " + columns));

    [Theory]
    [InlineData("a int? g int", "(a INT, g INT AS (a+1) VIRTUAL NOT NULL, UNIQUE (g))")]
    [InlineData("a int#1 g int", "(a INT NOT NULL, g INT AS (a+1) NOT NULL UNIQUE, UNIQUE x(a))")]
    [InlineData("a int#1 g int z int?", "(a INT NOT NULL, g INT AS (a+1) NOT NULL, UNIQUE x(g, a), UNIQUE y(a))", "ADD z INT")]
    [InlineData("a int#2 g int#1", "(a INT NOT NULL, g INT GENERATED ALWAYS AS (a+1) STORED NOT NULL, UNIQUE x(g, a))")]
    [InlineData("a int? g int", "(a INT, g INT AS (a+1) VIRTUAL NOT NULL, UNIQUE (g))", "RENAME INDEX g TO h")]
    [InlineData("a int? g int#1", "(a INT, g INT AS (a+1) VIRTUAL NOT NULL, UNIQUE (g))", "MODIFY g INT NOT NULL")]
    public void A_key_with_a_virtual_column_is_no_primary_key(string expected, string columns, string? alter = null)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE t " + columns], isMariaDb: false);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            SchemaCatalogueJson.Write(writer, catalogue.Find("d", "t")!);
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        catalogue.Set(SchemaCatalogueJson.ReadTable(document.RootElement));
        Apply(catalogue, alter is null ? [] : ["ALTER TABLE t " + alter], isMariaDb: false);

        Assert.Equal(expected, TextOf(catalogue));
    }

    [Theory]
    [InlineData("s date e date z int?", "UNIQUE (a, p WITHOUT OVERLAPS)", "DROP IF EXISTS a")]
    [InlineData("s date e date z int#1", "PRIMARY KEY (a, p WITHOUT OVERLAPS)", "DROP a, ADD PRIMARY KEY (z)")]
    [InlineData("s date e date z int?", "UNIQUE (a, p WITHOUT OVERLAPS)", "DROP a, DROP PERIOD FOR p")]
    [InlineData("z int?", "UNIQUE (a, p WITHOUT OVERLAPS)", "DROP a, DROP PERIOD FOR p, DROP s, DROP e")]
    [InlineData("s date#3 e date#2 z int? a int#1", "UNIQUE (a, p WITHOUT OVERLAPS)", "DROP a, ADD a INT NOT NULL")]
    [InlineData("b int#1 s date#3 e date#2 z int?", "UNIQUE (a, p WITHOUT OVERLAPS)", "CHANGE a b INT NOT NULL")]
    [InlineData("s date#2 e date#1 z int?", "UNIQUE (e, s), KEY (a, e, s)", "DROP a")]
    public void A_key_with_a_period_goes_with_all_its_other_columns(string expected, string key, string parts)
        => Assert.Equal(expected, ColumnsAfter($"CREATE TABLE t (a INT NOT NULL, s DATE, e DATE, z INT, PERIOD FOR p (s, e), {key})",
            "ALTER TABLE t " + parts));

    [Theory]
    [InlineData("CREATE TABLE t (a VARCHAR(9) UNIQUE, UNIQUE (a))")]
    [InlineData("CREATE TABLE t (a VARCHAR(9))", "ALTER TABLE t ADD UNIQUE KEY USING HASH (a)")]
    [InlineData("CREATE TABLE t (a VARCHAR(9))", "CREATE UNIQUE INDEX k ON t (a) USING HASH")]
    public void MySQL_keeps_no_unique_key_as_a_hash(params string[] statements)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, statements, isMariaDb: false);

        Assert.False(catalogue.Find("d", "t")?.MayHashKeys);
    }
}
