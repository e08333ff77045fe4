using System.Globalization;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Where a server listens.</summary>
/// <param name="Name">A host name, an IP address, or the path of a Unix domain socket.</param>
/// <param name="Port">The TCP port; unused with a path.</param>
internal sealed record MySqlHost(string Name, int Port)
{
    /// <summary>True if <see cref="Name"/> is the path of a Unix domain socket.</summary>
    public bool IsUnixSocket => Name.StartsWith('/');

    /// <summary>Host and port as messages and logs show them.</summary>
    public override string ToString() => IsUnixSocket
        ? Name
        : string.Create(CultureInfo.InvariantCulture, $"{(Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name)}:{Port}");
}
