using CdcEmbedded.MongoDb.Authentication;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>How to reach a deployment and log in: what a connection string says. Immutable.</summary>
internal sealed record MongoConnectionSettings
{
    /// <summary>The connection string's parts; kept because options from DNS are weighed against it.</summary>
    public required MongoUri Uri { get; init; }

    /// <summary>The servers to begin with; empty until SRV records are resolved.</summary>
    public IReadOnlyList<ServerAddress> Hosts { get; init; } = [];

    /// <summary>The host whose SRV records name the servers; null without SRV.</summary>
    public string? SrvHost { get; init; }

    /// <summary>The first label of the SRV name. Default: <c>mongodb</c>.</summary>
    public string SrvServiceName { get; init; } = "mongodb";

    /// <summary>How many of the SRV records to use, chosen by lot; 0 for all. Default: 0.</summary>
    public int SrvMaxHosts { get; init; }

    /// <summary>The database after the slash; null for none.</summary>
    public string? Database { get; init; }

    /// <summary>Who logs in; null for nobody.</summary>
    public MongoCredential? Credential { get; init; }

    /// <summary>The replica set's name; null for any.</summary>
    public string? ReplicaSet { get; init; }

    /// <summary>True to stay with the one server written; null where it is not said, which discovers.</summary>
    public bool? DirectConnection { get; init; }

    /// <summary>Whether the server is a load balancer. Default: false.</summary>
    public bool LoadBalanced { get; init; }

    /// <summary>The program's name for the server's log; null for none.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>Whether zlib compression is offered. Default: false. Other compressors are not available here.</summary>
    public bool ZlibCompression { get; init; }

    /// <summary>The names of the compressors written, known here or not.</summary>
    public IReadOnlyList<string> Compressors { get; init; } = [];

    /// <summary>0 (none) to 9 (smallest); -1 for the library's own. Default: -1.</summary>
    public int ZlibLevel { get; init; } = -1;

    /// <summary>The longest from dialling to login; zero for no limit. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest silence of a server during a command, on top of the time that a cursor may wait for events; zero for no
    /// limit. Default: 30 s, where the specification has no limit: a half-open connection would hold a stream for ever.</summary>
    public TimeSpan SocketTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for a suitable server. Default: 30 s.</summary>
    public TimeSpan ServerSelectionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time between two checks of a server. Default: 10 s, at least 500 ms.</summary>
    public TimeSpan HeartbeatFrequency { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How much farther than the nearest server another one may be. Default: 15 ms.</summary>
    public TimeSpan LocalThreshold { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>Which members may answer. Default: the primary.</summary>
    public ReadPreference ReadPreference { get; init; } = ReadPreference.Primary;

    /// <summary>The read concern for commands that name none; null for the server's.</summary>
    public string? ReadConcernLevel { get; init; }

    /// <summary>Whether a read that a network or state error cut short is tried a second time. Default: true.</summary>
    public bool RetryReads { get; init; } = true;

    /// <summary>How TLS is made; null for a connection in clear text.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>What in the connection string was not usable, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">It does not follow the grammar, contradicts itself or asks for what is not supported
    /// here.</exception>
    public static MongoConnectionSettings Parse(string uri) => ConnectionOptions.Read(MongoUri.Parse(uri), [], null);

    /// <summary>Hosts, user and database; never the password.</summary>
    public override string ToString()
        => $"{(SrvHost is null ? string.Join(',', Hosts) : $"srv:{SrvHost}")}{(Credential is null ? "" : $" as {Credential}")}";
}
