using System.Text;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>ENUM and SET columns whose labels information_schema does not show as they are: each byte counts where the character set is
/// binary, and it has question marks for characters above U+FFFF.</summary>
public sealed class BinaryLabelTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [InlineData("MySQL 9.7 FULL", true)]
    [InlineData("MySQL 9.7 MINIMAL", true)]
    [InlineData("MySQL 5.6", false)]
    [InlineData("MariaDB 10.11 NO_LOG", false)]
    [InlineData("MariaDB 11.8 FULL", true)]
    [InlineData("MariaDB 11.8 NO_LOG", true)]
    public async Task Labels_of_bytes_keep_their_spaces_and_zeros(string combination, bool keepsZeros)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("labels");
        CdcOffset start = await Capture.EndOfLogAsync(server);

        // The older servers cut a label of their own at a zero.
        string zero = keepsZeros ? "00" : "20";
        await server.ExecuteAsync($"""
            CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a ', 'b', x'63{zero}64', '  ', x'64{zero}') CHARACTER SET binary,
              s SET('p ', 'q', x'72{zero}', ' ') CHARACTER SET binary, u ENUM('ü ', 'v ') CHARACTER SET utf8);
            INSERT INTO t VALUES (1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 5, 1), (4, 4, 15, 2), (5, 5, 0, 1);
            ALTER TABLE t ADD n INT FIRST; INSERT INTO t (id, e, s, u) VALUES (6, 3, 7, 2);
            """, database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        IReadOnlyList<string?[]> rows = await server.QueryAsync("SELECT id, HEX(e), HEX(s), HEX(u) FROM t ORDER BY id", database);
        Assert.Equal(
            rows.Select(row => string.Join(' ', row)),
            changes.Select(c => $"{c.Event.After["id"]} {Hex(c, "e")} {Hex(c, "s")} {Hex(c, "u")}"));
    }

    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MariaDB 11.8 FULL")]
    public async Task Labels_above_U_FFFF_are_those_of_the_log_where_it_has_them(string combination)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("emoji");
        await server.ExecuteAsync("""
            CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a?', '😀b') CHARACTER SET utf8mb4, s SET('😁', 'y') CHARACTER SET utf16,
              u ENUM('𝄞', 'é') CHARACTER SET utf32)
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1, 2, 3, 1), (2, 1, 2, 2)", database);

        Assert.Equal(["create t {id: 1, e: 😀b, s: 😁,y, u: 𝄞}", "create t {id: 2, e: a?, s: y, u: é}"],
            await Capture.ReadTextsAsync(Capture.Source(server, database), start));
    }

    private static string Hex(CapturedChange change, string column) =>
        Convert.ToHexString(Encoding.UTF8.GetBytes(change.Event.After[column].AsString()));
}
