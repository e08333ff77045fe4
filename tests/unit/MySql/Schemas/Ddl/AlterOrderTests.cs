using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using static CdcEmbedded.MySql.Tests.Schemas.Ddl.ReadStatements;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>ALTER TABLE with parts that concern one column or key: in which order servers apply them. Each was tried on MariaDB 10.11 and
/// 11.8.</summary>
public sealed class AlterOrderTests
{
    private const string Table = "CREATE TABLE t (a INT, b VARCHAR(9), c INT, KEY k1 (a), UNIQUE KEY k2 (c))";

    [Theory]
    [InlineData("a bigint? b int?", "ADD a VARCHAR(3), MODIFY a BIGINT FIRST, DROP a")]
    [InlineData("c bigint? b int? a varchar(7) latin1?", "CHANGE a c BIGINT, ADD a VARCHAR(5) FIRST, MODIFY a VARCHAR(7) AFTER b")]
    [InlineData("a int? b int? d int?", "ADD d INT, MODIFY IF EXISTS d BIGINT")]
    [InlineData("a int? b int?", "CHANGE IF EXISTS zz d INT, ADD COLUMN IF NOT EXISTS d BIGINT")]
    [InlineData("a int? b int? d bigint?", "ADD COLUMN IF NOT EXISTS d BIGINT, CHANGE IF EXISTS zz d INT")]
    [InlineData("a int? b int? d int#1", "ADD COLUMN IF NOT EXISTS d INT PRIMARY KEY, DROP COLUMN IF EXISTS d")]
    [InlineData("e int? b int?", "RENAME COLUMN IF EXISTS zz TO y, RENAME COLUMN a TO e")]
    [InlineData("b int? a text latin1?", "RENAME COLUMN a TO b, DROP b, ADD a TEXT AFTER b")]
    [InlineData("b int? a int?", "CHANGE a b INT, CHANGE b a INT")]
    public void Columns_are_dropped_then_redefined_then_placed(string expected, string alter)
        => Assert.Equal(expected, ColumnsAfter("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t " + alter));

    [Theory]
    [InlineData("MODIFY a BIGINT, MODIFY a INT FIRST")]
    [InlineData("MODIFY a BIGINT, DROP a, ADD b2 INT, ADD a INT")]
    [InlineData("RENAME COLUMN a TO e, MODIFY a BIGINT")]
    [InlineData("CHANGE a d INT, RENAME COLUMN a TO e")]
    public void What_servers_refuse_leaves_the_table_unknown(string alter)
        => Assert.Contains("could not be followed", ColumnsAfter("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t " + alter),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("k2*", "DROP KEY k1, ADD KEY IF NOT EXISTS k1 (c)")]
    [InlineData("c* k1", "DROP KEY k2, ADD UNIQUE KEY IF NOT EXISTS (c)")]
    [InlineData("k2* a* k1", "ADD UNIQUE KEY IF NOT EXISTS (a), ADD UNIQUE KEY IF NOT EXISTS (a, c)")]
    [InlineData("k2* a* k1 a_2", "ADD UNIQUE KEY IF NOT EXISTS a (c), ADD KEY IF NOT EXISTS (a)")]
    [InlineData("PRIMARY* k2* k1", "ADD COLUMN IF NOT EXISTS a INT PRIMARY KEY")]
    [InlineData("k2* a* k1", "ADD COLUMN IF NOT EXISTS a INT UNIQUE")]
    [InlineData("k2* d* k1", "ADD COLUMN IF NOT EXISTS d INT UNIQUE, ADD COLUMN IF NOT EXISTS d BIGINT UNIQUE")]
    [InlineData("k1* k2", "RENAME INDEX IF EXISTS k7 TO k8, RENAME KEY k1 TO k2, RENAME KEY k2 TO k1")]
    [InlineData("k1", "RENAME KEY k1 TO k2, DROP KEY k2", "RENAME KEY k2 TO k1")]
    [InlineData("k2* k1", "DROP KEY IF EXISTS k1, ADD KEY k1 (c)")]
    [InlineData("k2* d* c_2* e* d_2* k1", "ADD d INT UNIQUE, CHANGE c c_2 BIGINT UNIQUE, ADD e INT UNIQUE FIRST, ADD UNIQUE (d)")]
    public void Keys_are_found_by_their_names_before_the_statement(string expected, params string[] alters)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, [Table, .. alters.Select(static alter => "ALTER TABLE t " + alter)]);

        Assert.Equal(expected, string.Join(' ', (catalogue.Find("d", "t")?.Keys ?? [])
            .Select(static key => key.Name + (key.IsUnique ? "*" : ""))));
    }

    [Theory]
    [InlineData(true, "a int b int")]
    [InlineData(false, "a int#1 b int")]
    public void PRIMARY_KEY_makes_UNIQUE_of_the_same_column_void_on_MariaDB(bool isMariaDb, string expected)
        => Assert.Equal(expected, ColumnsAfter(isMariaDb, "CREATE TABLE t (a INT PRIMARY KEY UNIQUE, b INT NOT NULL)",
            "ALTER TABLE t DROP PRIMARY KEY"));

    [Theory]
    [InlineData("a int b int")]
    [InlineData("a int b int", "ALTER TABLE t DISABLE KEYS, RENAME TO t9", "RENAME TABLE t9 TO t")]
    [InlineData("a int b int", "ALTER TABLE t LOCK=NONE, ADD PARTITION PARTITIONS 1")]
    [InlineData("a int#1 b int", "ALTER TABLE t COMMENT 'x'")]
    [InlineData("a int#1 b int", "CREATE TABLE t2 LIKE t", "DROP TABLE t", "RENAME TABLE t2 TO t")]
    [InlineData("a int#1 b int", "CREATE INDEX i ON t (b)")]
    [InlineData("a int#1 b int", "CREATE INDEX i ON t (b)", "DROP INDEX i ON t")]
    public void MariaDB_forgets_USING_HASH_at_the_next_change(string expected, params string[] statements) => Assert.Equal(expected,
        ColumnsAfter(["CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, UNIQUE (a) USING HASH)", .. statements]));

    [Theory]
    [InlineData("ADD b WHATEVER, RENAME TO u")]
    [InlineData("ADD b CHAR(3), CONVERT TO CHARACTER SET whatever, RENAME AS d.u")]
    [InlineData("MODIFY nothing INT, RENAME u")]
    public void A_table_whose_ALTER_cannot_be_followed_has_its_new_name(string parts)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE t (a INT)"]);
        var changes = LoggedSql.Instance.Apply(catalogue, "ALTER TABLE t " + parts, Context(isMariaDb: true));

        Assert.Equal(["Alter t", "Rename t u"], changes.Select(change => $"{change.Kind} {change.Table} {change.NewTable}".TrimEnd()));
        Assert.True(catalogue.IsAbsent("d", "t"));
        Assert.True(catalogue.IsUnknown("d", "u"));
    }

    [Theory]
    [InlineData("t 1", true, true)]
    [InlineData("t$1", true, true)]
    [InlineData("tä", true, true)]
    [InlineData("t_1", true, false)]
    [InlineData("t 1", false, false)]
    public void A_renamed_table_that_MariaDB_may_have_kept_is_not_created_again_by_IF_NOT_EXISTS(string name, bool isMariaDb, bool mayStay)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, [$"CREATE TABLE `{name}` (a INT)", $"ALTER TABLE `{name}` ADD b INT PRIMARY KEY, RENAME TO t",
            $"CREATE TABLE IF NOT EXISTS `{name}` (other INT)"], isMariaDb);

        Assert.Equal("a int? b int#1", TextOf(catalogue));
        Assert.Equal(mayStay, catalogue.IsUnknown("d", name));
        Assert.Equal(mayStay, catalogue.Find("d", name) is null);
    }

    [Fact]
    public void A_table_that_is_only_renamed_does_not_stay()
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, ["CREATE TABLE `t 1` (a INT)", "ALTER TABLE `t 1` RENAME TO t"]);

        Assert.True(catalogue.IsAbsent("d", "t 1"));
    }
}
