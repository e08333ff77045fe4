using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Protocol;

/// <summary>What the tests of sessions share.</summary>
public static class ProtocolTest
{
    /// <summary>Far beyond what any of these tests needs: reaching it means a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task<MySqlSession> ConnectAsync(
        string connectionString, CollectingLogger? logger = null, TimeProvider? time = null,
        CancellationToken cancellationToken = default) =>
        await MySqlSession
            .ConnectAsync(MySqlConnectionString.Parse(connectionString), logger, time ?? TimeProvider.System, cancellationToken)
            .AsTask().WaitAsync(Patience, CancellationToken.None);

    internal static Task<MySqlSession> ConnectAsync(this ScriptedMySqlServer server, string more = "", TimeProvider? time = null) =>
        ConnectAsync(server.ConnectionString(more), null, time);
}
