namespace CdcEmbedded.TestServers;

/// <summary>How one test server differs from the defaults of its kind.</summary>
public sealed class MySqlServerOptions
{
    /// <summary>Command line arguments after the default ones, which they override, e.g. <c>--gtid-mode=OFF</c>.</summary>
    /// <value>None by default. With any, the server is a new one, as with <see cref="Owned"/>.</value>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>True for a new server that the test may stop, kill and examine, never one that an environment variable names.</summary>
    /// <value>False by default.</value>
    public bool Owned { get; init; }

    /// <summary>A data folder of a stopped server of the same kind; the new server works on a copy of it.</summary>
    /// <value>Null by default: an empty server.</value>
    public string? CopyDataFrom { get; init; }

    /// <summary>How long the server may take to answer.</summary>
    /// <value>90 seconds by default: a loaded machine starts a server slowly.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);
}
