namespace CdcEmbedded.MySql.Server;

/// <summary>What a source does with one key of a connection string.</summary>
internal enum ConnectionKeyUse
{
    /// <summary>SQL connections and replication sessions both follow it.</summary>
    Honoured,

    /// <summary>It is accepted, and has nothing to act on; the key's reason says why.</summary>
    WithoutEffect,

    /// <summary>Only the values that mean what a source does anyway are accepted; the key's reason says why.</summary>
    Refused,
}
