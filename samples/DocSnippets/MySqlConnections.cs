using CdcEmbedded;
// <password-provider>
using CdcEmbedded.MySql;
// </password-provider>

namespace DocSnippets;

/// <summary>What the pages show of connections to MySQL.</summary>
public abstract class MySqlConnections
{
    /// <summary>Creates a source whose password is a token that expires.</summary>
    public MySqlSource Create()
    {
        // <password-provider>
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = "Server=db1;User ID=cdc",
            PasswordProvider = async (login, cancellationToken) => await GetTokenAsync(login.Server, login.UserId, cancellationToken),
            Include = ["shop.*"],
        });
        // </password-provider>
        return source;
    }

    /// <summary>Creates a source that writes heartbeats.</summary>
    public MySqlSource CreateWithHeartbeats(string connectionString)
    {
        // <heartbeat-write>
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = connectionString,
            Include = ["shop.*"],
            HeartbeatWrite = new HeartbeatWriteOptions { Table = "ops.cdc_heartbeats", Interval = TimeSpan.FromMinutes(5) },
        });
        // </heartbeat-write>
        return source;
    }

    /// <summary>Makes options that resume where Debezium stopped.</summary>
    public CdcEngineOptions MoveIn(string json)
    {
        // <moving-in>
        var options = new CdcEngineOptions { Name = "orders", StartFrom = StartPosition.At(MySqlOffset.FromDebezium(json)) };
        // </moving-in>
        return options;
    }

    /// <summary>Asks the cloud for a token.</summary>
    protected abstract Task<string> GetTokenAsync(string server, string user, CancellationToken cancellationToken);
}
