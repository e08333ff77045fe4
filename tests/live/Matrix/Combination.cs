using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>A server and the settings of its log, against which a test runs.</summary>
/// <param name="Name">The test's display name.</param>
/// <param name="Kind">The server.</param>
/// <param name="Arguments">Its settings.</param>
public sealed record Combination(string Name, ServerKind Kind, params string[] Arguments)
{
    /// <summary>All combinations.</summary>
    public static IReadOnlyList<Combination> All { get; } =
    [
        new("MySQL 9.7 FULL", ServerKind.MySql97, "--binlog-row-metadata=FULL"),
        new("MySQL 9.7 FULL without GTID", ServerKind.MySql97, "--binlog-row-metadata=FULL", "--gtid-mode=OFF",
            "--enforce-gtid-consistency=OFF"),
        new("MySQL 9.7 MINIMAL", ServerKind.MySql97, "--binlog-row-metadata=MINIMAL"),
        new("MySQL 5.6", ServerKind.MySql56),
        new("MariaDB 10.11 FULL", ServerKind.MariaDb1011, "--binlog-row-metadata=FULL"),
        new("MariaDB 10.11 NO_LOG", ServerKind.MariaDb1011, "--binlog-row-metadata=NO_LOG"),
        new("MariaDB 11.8 FULL", ServerKind.MariaDb118, "--binlog-row-metadata=FULL"),
        new("MariaDB 11.8 NO_LOG", ServerKind.MariaDb118, "--binlog-row-metadata=NO_LOG"),
    ];

    /// <summary>True if the server is a MariaDB.</summary>
    public bool IsMariaDb => Kind is ServerKind.MariaDb1011 or ServerKind.MariaDb118;

    /// <summary>Returns the combination with a name.</summary>
    public static Combination Of(string name) => All.Single(combination => combination.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
