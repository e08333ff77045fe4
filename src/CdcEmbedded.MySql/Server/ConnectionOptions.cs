using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>What a connection string says to both kinds of connection.</summary>
/// <param name="Session">Replication sessions.</param>
/// <param name="Sql">SQL connections, but for the host: MySqlConnector has one port for all hosts, so it is given one host
/// at a time.</param>
internal sealed record ConnectionOptions(SessionSettings Session, MySqlConnectionStringBuilder Sql)
{
    /// <summary>The connection string of an SQL connection.</summary>
    /// <param name="host">The host to connect to.</param>
    /// <param name="password">The password; it may be another one than the connection string's.</param>
    public string SqlFor(MySqlHost host, string password)
    {
        var keys = new MySqlConnectionStringBuilder(Sql.ConnectionString)
        {
            Server = host.Name,
            Password = password,
            SslMode = Session.SslMode,
            ConnectionTimeout = Seconds(Session.ConnectTimeout),
            DefaultCommandTimeout = Seconds(Session.CommandTimeout),
            Keepalive = Seconds(Session.KeepAlive),
            LoadBalance = MySqlLoadBalance.RoundRobin,
            Pooling = false,
            AutoEnlist = false,
            AllowLoadLocalInfile = false,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,

            // The connection is closed when a command's time is over, without another connection that would ask the server to kill it.
            CancellationTimeout = -1,
        };
        if (host.IsUnixSocket)
        {
            keys.ConnectionProtocol = MySqlConnectionProtocol.UnixSocket;
        }
        else
        {
            keys.Port = (uint)host.Port;
        }

        // MySqlConnector wants the key named even where the certificate's file holds it.
        if (keys.SslCert.Length > 0 && keys.SslKey.Length == 0)
        {
            keys.SslKey = keys.SslCert;
        }

        return keys.ConnectionString;
    }

    private static uint Seconds(TimeSpan time) => (uint)time.TotalSeconds;
}
