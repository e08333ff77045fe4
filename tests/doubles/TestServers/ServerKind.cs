namespace CdcEmbedded.TestServers;

/// <summary>The servers that the tests can find, fetch and run.</summary>
public enum ServerKind
{
    /// <summary>MySQL 9.7: tagged GTIDs, VECTOR, binary JSON, <c>caching_sha2_password</c>.</summary>
    MySql97,

    /// <summary>MySQL 5.6: the oldest supported server, <c>mysql_native_password</c>, no TLS.</summary>
    MySql56,

    /// <summary>MariaDB 10.11.</summary>
    MariaDb1011,

    /// <summary>MariaDB 11.8.</summary>
    MariaDb118,
}
