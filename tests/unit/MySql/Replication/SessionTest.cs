using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Replication;

/// <summary>What the tests of connections share.</summary>
public static class SessionTest
{
    /// <summary>Far beyond what any of these tests needs: reaching it means a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task<ReplicationSession> ConnectAsync(
        string connectionString, CollectingLogger? logger = null, TimeProvider? time = null,
        CancellationToken cancellationToken = default) =>
        await ReplicationSession
            .ConnectAsync(ConnectionStringReader.Read(connectionString).Session, logger, time ?? TimeProvider.System, cancellationToken)
            .AsTask().WaitAsync(Patience, CancellationToken.None);

    internal static Task<ReplicationSession> ConnectAsync(this ScriptedMySqlServer server, string more = "", TimeProvider? time = null) =>
        ConnectAsync(server.ConnectionString(more), null, time);

    internal static async Task<SqlSession> OpenSqlAsync(this ScriptedMySqlServer server, string more = "",
        CancellationToken cancellationToken = default)
    {
        var access = new ServerAccess(server.ConnectionString(more), null, null);
        return await access.OpenSqlAsync(access.Hosts[0], TimeProvider.System, cancellationToken).AsTask().WaitAsync(Patience,
            CancellationToken.None);
    }
}
