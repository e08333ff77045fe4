using System.Globalization;
using CdcEmbedded.MySql.Schema;

namespace CdcEmbedded.MySql.Tests.Schema;

/// <summary>Statements and the columns that they leave: name, type, character set, ? for nulls, # and the place in the primary key, ~ for hidden ones.</summary>
public sealed class DdlReaderTests
{
    [Theory]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a, ADD c INT AFTER a", "b int? a int? c int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t RENAME COLUMN a TO z, ADD c INT AFTER z", "z int? c int? b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t ADD b BIGINT FIRST, DROP b", "b bigint? a int?")]
    [InlineData("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t CHANGE a b INT, CHANGE b a INT FIRST", "a int? b int?")]
    [InlineData("CREATE TABLE t (a INT, b INT, c INT)", "ALTER TABLE t MODIFY a INT AFTER c, ADD d INT", "b int? c int? a int? d int?")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t MODIFY a INT NULL, DROP PRIMARY KEY", "a int?")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY, b INT)", "ALTER TABLE t MODIFY a BIGINT AFTER b", "b int? a bigint#1")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t ADD b INT PRIMARY KEY FIRST, DROP PRIMARY KEY", "b int#1 a int")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "DROP INDEX `PRIMARY` ON t", "a int")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY)", "ALTER TABLE t DROP INDEX `PRIMARY`", "a int")]
    [InlineData("CREATE TABLE t (a TEXT)", "ALTER TABLE t ADD b TEXT, CONVERT TO CHARACTER SET utf8mb4", "a mediumtext utf8mb4? b text utf8mb4?")]
    [InlineData("CREATE TABLE t (a CHAR(1))", "ALTER TABLE t ADD b CHAR(1), DEFAULT CHARSET=utf8mb4", "a char(1) latin1? b char(1) utf8mb4?")]
    public void ALTER_leaves_the_servers_columns(string create, string alter, string expected) => Assert.Equal(expected, ColumnsAfter(create, alter));

    [Theory]
    [InlineData("(a VARCHAR(9) NOT NULL COLLATE utf8mb4_bin)", "a varchar(9) utf8mb4")]
    [InlineData("(id INT, vector VECTOR(3), VECTOR INDEX (vector))", "id int? vector vector(3)?")]
    [InlineData("(a DOUBLE DEFAULT 1.5E-3 NOT NULL)", "a double")]
    [InlineData("(a INT WITH SYSTEM VERSIONING, b INT)", "a int? b int? row_start timestamp(6)~ row_end timestamp(6)~")]
    [InlineData("(a INT REFERENCES p(a) ON DELETE SET DEFAULT ON UPDATE NO ACTION, KEY ((a + 1)))", "a int?")]
    public void CREATE_gives_the_servers_columns(string columns, string expected) => Assert.Equal(expected, ColumnsAfter("CREATE TABLE t " + columns));

    private static string ColumnsAfter(params string[] statements)
    {
        var catalogue = new SchemaCatalogue();
        var context = new DdlContext
        {
            Database = "d", HasBackslashEscapes = true, IsMariaDb = true, ServerVersion = 110800, DefaultCharacterSet = "latin1", HasPlainTimestamps = true,
        };
        foreach (var statement in statements)
        {
            catalogue.Apply(statement, context);
        }

        var table = catalogue.Find("d", "t");
        return table is null ? catalogue.ReasonOf("d", "t") ?? "" : string.Join(' ', table.Columns.Select(static c => c.Name + " " + c.TypeText
            + (c.CharacterSet is { } characterSet ? " " + characterSet : "") + (c.IsNullable ? "?" : "")
            + (c.KeyOrdinal > 0 ? "#" + c.KeyOrdinal.ToString(CultureInfo.InvariantCulture) : "") + (c.IsVisible ? "" : "~")));
    }
}
