using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>Which of a server's current tables existed at an older position, according to the log after it and before it.</summary>
public sealed class LoggedChangesTests
{
    private const string Now = "CREATE DATABASE d CHARACTER SET utf8mb4; CREATE TABLE t (now INT, v TEXT)";

    [Theory]
    [InlineData("now utf8mb4", "CREATE TABLE u (a INT)", "")]
    [InlineData("now utf8mb4", "TRUNCATE TABLE t", "")]
    [InlineData("now utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT)", "")]
    [InlineData("now utf8mb4", "CREATE DATABASE IF NOT EXISTS d CHARACTER SET latin1", "")]
    [InlineData("absent utf8mb4", "CREATE TABLE t (a INT)", "")]
    [InlineData("absent utf8mb4", "CREATE TABLE t (a INT); ALTER TABLE t ADD b INT; DROP TABLE t; CREATE TABLE IF NOT "
        + "EXISTS t (c INT)", "")]
    [InlineData("absent utf8mb4", "RENAME TABLE u TO t", "")]
    [InlineData("unknown utf8mb4", "ALTER TABLE t ADD b INT", "")]
    [InlineData("unknown utf8mb4", "RENAME TABLE IF EXISTS u TO t", "")]
    [InlineData("before utf8mb4", "RENAME TABLE IF EXISTS u TO t", "CREATE TABLE t (before INT)")]
    [InlineData("unknown utf8mb4", "DROP TABLE t; CREATE TABLE t (a INT)", "")]
    [InlineData("unknown utf8mb4", "RENAME TABLE t TO u; CREATE TABLE t (a INT)", "")]
    [InlineData("absent utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT); ALTER TABLE t ADD b INT", "")]
    [InlineData("before utf8mb4", "ALTER TABLE t ADD b INT", "CREATE TABLE t (before INT, v TEXT)")]
    [InlineData("before utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT); ALTER TABLE t ADD b INT", "CREATE TABLE t (before INT)")]
    [InlineData("before utf8mb4", "ALTER TABLE t ADD b INT", "CREATE TABLE t (before INT, gone INT); ALTER TABLE t DROP gone")]
    [InlineData("unknown utf8mb4", "ALTER TABLE t ADD b INT", "CREATE TABLE IF NOT EXISTS t (before INT)")]
    [InlineData("unknown utf8mb4", "ALTER TABLE IF EXISTS t ADD b INT", "")]
    [InlineData("unknown utf8mb4", "DROP INDEX `PRIMARY` ON t", "")]
    [InlineData("absent utf8mb4", "DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a INT)", "")]
    [InlineData("before utf8mb4", "DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a INT)", "CREATE TABLE t (before INT)")]
    [InlineData("absent utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT); ALTER TABLE t ADD b INT", "DROP TABLE t")]
    [InlineData("unknown utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT); ALTER TABLE t ADD b INT",
        "CREATE TABLE IF NOT EXISTS t (before INT)")]
    [InlineData("before utf8mb4", "ALTER TABLE t ADD b INT", "CREATE DATABASE d; CREATE TABLE IF NOT EXISTS t (before INT)")]
    [InlineData("before utf8mb4", "ALTER TABLE t ADD b INT", "DROP DATABASE IF EXISTS d; CREATE DATABASE IF NOT EXISTS d; CREATE TABLE "
        + "IF NOT EXISTS t (before INT)")]
    [InlineData("before utf8mb4", "ALTER TABLE t ADD b INT", "DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (before INT)")]
    [InlineData("unknown utf8mb4", "ALTER TABLE t ADD b INT", "CREATE TABLE t (before INT); ALTER TABLE IF EXISTS u RENAME TO t")]
    [InlineData("now ?", "ALTER DATABASE d CHARACTER SET utf8mb4", "CREATE DATABASE IF NOT EXISTS d CHARACTER SET latin1")]
    [InlineData("now ?", "ALTER DATABASE d CHARACTER SET utf8mb4", "")]
    [InlineData("now latin1", "ALTER DATABASE d CHARACTER SET utf8mb4", "CREATE DATABASE d CHARACTER SET latin1")]
    [InlineData("absent ?", "CREATE DATABASE d CHARACTER SET latin1; CREATE TABLE t (a INT); ALTER DATABASE d CHARACTER SET utf8mb4", "")]
    [InlineData("unknown ?", "DROP DATABASE d; CREATE DATABASE d; CREATE TABLE t (a INT)", "")]
    [InlineData("unknown ?", "DROP DATABASE d; CREATE DATABASE d; CREATE TABLE u (a INT)", "")]
    [InlineData("absent ?", "DROP DATABASE d; CREATE DATABASE d; CREATE TABLE IF NOT EXISTS t (a INT)", "")]
    [InlineData("before latin1", "DROP DATABASE d; CREATE DATABASE d; CREATE TABLE t (a INT)",
        "CREATE DATABASE d CHARACTER SET latin1; CREATE TABLE t (before INT)")]
    [InlineData("unknown utf8mb4", "CREATE OR REPLACE TABLE t (a INT)", "")]
    [InlineData("before utf8mb4", "CREATE OR REPLACE TABLE t (a INT)", "CREATE TABLE t (before INT)")]
    [InlineData("before utf8mb4", "CREATE TABLE IF NOT EXISTS t (a INT); CREATE OR REPLACE TABLE t (a INT)", "CREATE TABLE t (before INT)")]
    [InlineData("before latin1", "DROP DATABASE d", "CREATE DATABASE d CHARACTER SET latin1; CREATE TABLE t (before INT)")]
    [InlineData("before latin1", "DROP DATABASE d; CREATE DATABASE d; CREATE TABLE u (a INT)",
        "CREATE DATABASE d CHARACTER SET latin1; CREATE TABLE t (before INT)")]
    [InlineData("absent latin1", "CREATE TABLE t (a INT); DROP DATABASE d", "CREATE DATABASE d CHARACTER SET latin1; DROP TABLE t")]
    [InlineData("absent ?", "CREATE DATABASE d CHARACTER SET latin1; RENAME TABLE IF EXISTS t TO u", "")]
    [InlineData("absent ?", "CREATE DATABASE d CHARACTER SET latin1; DROP TABLE IF EXISTS t; ALTER TABLE IF EXISTS t ADD a INT", "")]
    [InlineData("unknown ?", "DROP DATABASE d; CREATE DATABASE d; RENAME TABLE IF EXISTS t TO u", "")]
    public void What_a_server_has_now_counts_as_far_as_the_log_did_not_change_it(string expected, string behind, string before)
    {
        var selection = new TableSelection(TableFilters.Create(["d.*"], [], ignoreCase: false), includesShadows: false,
            NullLogger.Instance);
        var changes = new LoggedChanges(selection, LoggedSql.Instance, ignoresTableCase: false);
        foreach (var statement in Statements(behind))
        {
            changes.Add(statement, Context, new BinlogCoordinates("binlog.000002", 100));
        }

        var catalogue = Applied(new SchemaCatalogue(), Now);
        if (changes.RemoveFrom(catalogue))
        {
            changes.RestoreInto(catalogue, Applied(new SchemaCatalogue { MayLack = true }, before));
        }

        var table = catalogue.Find("d", "t") is { } found ? found.Columns[0].Name : catalogue.IsUnknown("d", "t") ? "unknown" : "absent";
        Assert.Equal(expected, $"{table} {catalogue.CharacterSetOf("d") ?? "?"}");
    }

    [Theory]
    [InlineData(true, "ALTER TABLE t ADD b INT")]
    [InlineData(true, "CREATE TABLE t (a INT)")]
    [InlineData(true, "RENAME TABLE u TO t")]
    [InlineData(true, "DROP DATABASE d")]
    [InlineData(false, "CREATE TABLE IF NOT EXISTS t (a INT)")]
    [InlineData(false, "ALTER TABLE u ADD b INT")]
    [InlineData(false, "DROP DATABASE e")]
    [InlineData(false, "ALTER DATABASE d CHARACTER SET latin1")]
    public void A_table_is_another_one_after_a_statement_that_changes_it(bool expected, string statement)
    {
        var changes = new LoggedChanges(new TableSelection(TableFilters.Create([], [], ignoreCase: false), includesShadows: false,
            NullLogger.Instance), LoggedSql.Instance,
            ignoresTableCase: false);
        changes.Add(statement, Context, new BinlogCoordinates("binlog.000002", 100));

        Assert.Equal(expected, changes.FindAfter(new BinlogCoordinates("binlog.000002", 99), "d", "t") is not null);
        Assert.Null(changes.FindAfter(new BinlogCoordinates("binlog.000002", 100), "d", "t"));
    }

    private static StatementContext Context => new()
    {
        Database = "d",
        Dialect = new SqlDialect(HasAnsiQuotes: false, HasBackslashEscapes: true, IsMariaDb: true, ServerVersion: 110800),
        DefaultCharacterSet = "latin1",
        HasPlainTimestamps = true,
    };

    private static string[] Statements(string text) => text.Split("; ", StringSplitOptions.RemoveEmptyEntries);

    private static SchemaCatalogue Applied(SchemaCatalogue catalogue, string statements)
    {
        foreach (var statement in Statements(statements))
        {
            LoggedSql.Instance.Apply(catalogue, statement, Context);
        }

        return catalogue;
    }
}
