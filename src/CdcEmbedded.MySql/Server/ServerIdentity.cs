using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Server;

/// <summary>The identity of a server: <c>@@server_uuid</c>, and for MariaDB, which has none, its number, host name and port.</summary>
/// <remarks>Two connections through a proxy or a load balancer may reach two servers. A position of one means nothing on the other, so each
/// connection is asked which server it reached.</remarks>
internal static class ServerIdentity
{
    private const string OfMySql = "SELECT @@GLOBAL.server_uuid";
    private const string OfMariaDb = "SELECT @@GLOBAL.server_id, @@GLOBAL.hostname, @@GLOBAL.port";
    private const int UnknownSystemVariable = 1193;

    /// <summary>The identity of a MariaDB server.</summary>
    public static string MariaDb(string? serverId, string? hostName, string? port) => $"mariadb-{serverId}@{hostName}:{port}";

    /// <summary>Asks the server that a replication session reached.</summary>
    public static async ValueTask<string> AskAsync(ReplicationSession session, CancellationToken cancellationToken)
    {
        if (!session.ServerVersion.IsMariaDb)
        {
            try
            {
                var row = await session.AskAsync(OfMySql, 1, cancellationToken).ConfigureAwait(false);
                return Known(row[0], session.Host);
            }
            catch (CdcServerException e) when (e.Code == UnknownSystemVariable)
            {
                // A proxy greets with a version of its own: this is MariaDB.
            }
        }

        var values = await session.AskAsync(OfMariaDb, 3, cancellationToken).ConfigureAwait(false);
        return MariaDb(Known(values[0], session.Host), values[1], values[2]);
    }

    /// <summary>Asks the server that an SQL connection reached.</summary>
    public static async ValueTask<string> AskAsync(SqlSession session, CancellationToken cancellationToken)
    {
        if (!session.ServerVersion.IsMariaDb)
        {
            try
            {
                var answer = await session.QueryAsync(OfMySql, cancellationToken).ConfigureAwait(false);
                return answer.Text(answer.SingleRow(1), 0);
            }
            catch (CdcServerException e) when (e.Code == UnknownSystemVariable)
            {
                // As above.
            }
        }

        var values = await session.QueryAsync(OfMariaDb, cancellationToken).ConfigureAwait(false);
        var row = values.SingleRow(3);
        return MariaDb(values.Text(row, 0), row[1], row[2]);
    }

    private static string Known(string? value, MySqlHost host)
        => value ?? throw new CdcProtocolException($"{host} answered NULL where its identity was asked for.", isTransient: true);
}
