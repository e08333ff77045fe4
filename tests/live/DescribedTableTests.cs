using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Tables that the server itself describes in the log, in modes in which it omits their options: CREATE TABLE … SELECT, and LIKE
/// a temporary table.</summary>
public sealed class DescribedTableTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [InlineData("MySQL 9.7 MINIMAL", "ANSI")]
    [InlineData("MySQL 5.6", "ANSI", "ORACLE", "MYSQL40", "NO_TABLE_OPTIONS")]
    [InlineData("MariaDB 11.8 NO_LOG", "ANSI", "MSSQL", "MYSQL323", "NO_TABLE_OPTIONS")]
    public async Task Texts_have_the_tables_character_set_where_the_log_omits_it(string combination, params string[] modes)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("described");
        await server.ExecuteAsync("ALTER DATABASE CHARACTER SET cp1251; "
            + "CREATE TABLE s (a CHAR(5) CHARACTER SET latin1, e ENUM('ж') CHARACTER SET koi8r); INSERT INTO s VALUES ('é', 'ж')",
            database);
        CdcOffset start = await Capture.EndOfLogAsync(server);

        await server.ExecuteAsync(string.Concat(modes.Select((mode, i) => $"""
            SET sql_mode='{mode}';
            CREATE TABLE t{i} CHARACTER SET latin1 SELECT * FROM s;
            CREATE TEMPORARY TABLE x{i} (a CHAR(3), e ENUM('é')) CHARACTER SET latin1;
            CREATE TABLE l{i} LIKE x{i};
            INSERT INTO l{i} VALUES ('é', 'é');
            ALTER TABLE l{i} ADD b VARCHAR(3);
            INSERT INTO l{i} VALUES ('à', 'é', 'ç');

            """)), database);

        // The columns of l before its ALTER are nowhere: its first row is skipped, never misread.
        string[] texts = Capture.Texts(await Capture.ReadAsync(new MySql.MySqlSource(new MySql.MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = [$"{database}.*"], OnUnknownSchema = FaultPolicy.Skip,
        }), start));
        string[] before = combination == "MySQL 9.7 MINIMAL" ? ["create l0 {a: é, e: é}"] : [];
        Assert.Equal([.. modes.SelectMany((_, i) => (string[])[$"create t{i} {{a: é, e: ж}}", .. before,
            $"create l{i} {{a: à, e: é, b: ç}}"])], texts);
    }
}
