using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Answers that never end, at every place where one is read: each ends in time with a typed error that is transient, and little
/// of it was received.</summary>
public sealed class EndlessAnswerTests
{
    private const int Megabyte = 1024 * 1024;
    private const int PartLength = 0xFFFFFF;

    private static readonly byte[] _definition = [3, .. "def"u8, 0, 0, 0, 1, (byte)'a', 0, 12, 45, 0, 0, 0, 0, 0, 0xFD, 0, 0, 0, 0, 0];
    private static readonly byte[] _row = [1, (byte)'x'];
    private static readonly byte[] _largeRow = [0xFD, 0, 0, 0x10, .. new byte[Megabyte]];

    public static TheoryData<string> Kinds => ["rows", "large rows", "row", "column count", "many columns", "definitions", "definition",
        "OK", "error", "results", "file"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_a_query_of_an_SQL_session(string kind)
    {
        await using var server = Endless(kind);
        await using var session = await server.OpenSqlAsync("Default Command Timeout=1");
        session.MaxAnswerBytes = 8 * Megabyte;

        var exception = await FailsAsync(server, () => session.QueryAsync("SHOW X", CancellationToken.None).AsTask());

        if (kind is "large rows" or "results")
        {
            Assert.Contains("answered 'SHOW X' with more than", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_rows_that_are_read_in_parts()
    {
        await using var server = Endless("results");
        await using var session = await server.OpenSqlAsync("Default Command Timeout=1");
        await using var rows = await session.OpenRowsAsync("SHOW X", CancellationToken.None);

        await FailsAsync(server, () => rows.ReadAsync(_ => true, CancellationToken.None).AsTask());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_a_query_of_a_replication_session(string kind)
    {
        await using var server = Endless(kind);
        await using var session = await server.ConnectAsync("Default Command Timeout=1");

        await FailsAsync(server, () => session.AskAsync("SHOW X", 1, CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData("OK")]
    [InlineData("error")]
    [InlineData("rows")]
    public async Task Of_a_statement_of_a_replication_session(string kind)
    {
        await using var server = Endless(kind);
        await using var session = await server.ConnectAsync("Default Command Timeout=1");

        await FailsAsync(server, () => session.ExecuteAsync("SHOW X", CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData("greeting")]
    [InlineData("switches")]
    [InlineData("more data")]
    public async Task Of_a_login(string kind)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnConnect = c => LogInAsync(c, kind) });

        await FailsAsync(server, () => server.ConnectAsync("Connection Timeout=2"));
        await FailsAsync(server, () => server.OpenSqlAsync("Connection Timeout=2"));
    }

    private static async Task<CdcException> FailsAsync(ScriptedMySqlServer server, Func<Task> ask)
    {
        var exception = await Xunit.Record.ExceptionAsync(() => ask().WaitAsync(SessionTest.Patience));

        var failure = Assert.IsAssignableFrom<CdcException>(exception);
        Assert.True(failure is { IsTransient: true } or CdcAuthenticationException or CdcProtocolException, $"{exception}");
        Assert.InRange(server.Connections.Sum(c => c.Wire.Sent), 0, 64 * Megabyte);
        return failure;
    }

    private static ScriptedMySqlServer Endless(string kind) => new(new ScriptedServerOptions
    {
        OnConnect = async connection =>
        {
            if (!await ScriptedLogin.PlayAsync(connection))
            {
                return;
            }

            while (await connection.ReadPacketAsync() is { Length: > 0 } command)
            {
                if (command[0] != 3 || !command.AsSpan(1).SequenceEqual("SHOW X"u8))
                {
                    await connection.SendOkAsync();
                    continue;
                }

                await AnswerAsync(connection, kind);
            }
        },
    });

    private static async Task AnswerAsync(ScriptedConnection connection, string kind)
    {
        switch (kind)
        {
            case "column count":
                await connection.SendPacketAsync([0xFE, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]);
                await RepeatAsync(connection, _definition);
                break;
            case "many columns":
                await connection.SendPacketAsync([0xFD, 0xFF, 0xFF, 0xFF]);
                await RepeatAsync(connection, _definition);
                break;
            case "definition":
                await connection.SendPacketAsync([1]);
                await PartsAsync(connection, _definition);
                break;
            case "file":
                await PartsAsync(connection, [0xFB]);
                break;
            case "OK":
                await PartsAsync(connection, [0, 0, 0, 2, 0, 0, 0]);
                break;
            case "error":
                await PartsAsync(connection, [0xFF, 0x51, 0x04, .. "#HY000"u8]);
                break;
            case "definitions":
                await connection.SendPacketAsync([1]);
                await RepeatAsync(connection, _definition);
                break;
            default:
                await connection.SendPacketAsync([1]);
                await connection.SendPacketAsync(_definition);
                if (!connection.DeprecatesEof)
                {
                    await connection.SendEofAsync();
                }

                await RowsAsync(connection, kind);
                break;
        }
    }

    private static async Task RowsAsync(ScriptedConnection connection, string kind)
    {
        switch (kind)
        {
            case "rows":
                await RepeatAsync(connection, _row);
                break;
            case "large rows":
                await RepeatAsync(connection, _largeRow);
                break;
            case "row":
                await PartsAsync(connection, [0xFE, 0, 0, 0, 0, 1, 0, 0, 0]);
                break;
            default:
                await connection.SendPacketAsync(_row);
                while (true)
                {
                    // The status says that another result follows.
                    await connection.SendPacketAsync(connection.DeprecatesEof ? [0xFE, 0, 0, 0x0A, 0, 0, 0] : [0xFE, 0, 0, 0x0A, 0]);
                    await connection.SendPacketAsync([1]);
                    await connection.SendPacketAsync(_definition);
                    await connection.SendPacketAsync(_row);
                }
        }
    }

    private static async Task LogInAsync(ScriptedConnection connection, string kind)
    {
        switch (kind)
        {
            case "greeting":
                connection.Sequence = 0;
                await PartsAsync(connection, [10, .. "9.7.0"u8]);
                break;
            default:
                connection.Sequence = 0;
                await connection.SendPacketAsync(ScriptedLogin.Greeting(connection.Options, [.. "0123456789abcdefghij"u8]));
                while (await connection.ReadPacketAsync() is not null)
                {
                    await connection.SendPacketAsync(kind == "switches"
                        ? [0xFE, .. "mysql_native_password"u8, 0, .. "01234567890123456789"u8, 0] : [1, 1, 1]);
                }

                break;
        }
    }

    private static async Task RepeatAsync(ScriptedConnection connection, byte[] payload)
    {
        while (true)
        {
            await connection.SendPacketAsync(payload);
        }
    }

    /// <summary>One packet in parts of the greatest length. Slowly: with MySqlConnector one packet has no bound but time.</summary>
    private static async Task PartsAsync(ScriptedConnection connection, byte[] beginning)
    {
        var piece = new byte[PartLength / 255];
        while (true)
        {
            await connection.SendRawAsync(new byte[] { 0xFF, 0xFF, 0xFF, connection.Sequence++ });
            for (var sent = 0; sent < PartLength; sent += piece.Length)
            {
                await connection.SendRawAsync((byte[])[.. beginning, .. piece.AsSpan(beginning.Length)]);
                beginning = [];
                await Task.Delay(10);
            }
        }
    }
}
