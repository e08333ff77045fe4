namespace CdcEmbedded.MySql.Replication;

/// <summary>How much of a server's certificate is checked.</summary>
internal enum TlsVerification
{
    /// <summary>Nothing: the bytes are encrypted, for whoever it is at the other end.</summary>
    None,

    /// <summary>That a trusted authority signed it.</summary>
    Chain,

    /// <summary>That a trusted authority signed it for this host.</summary>
    ChainAndName,
}
