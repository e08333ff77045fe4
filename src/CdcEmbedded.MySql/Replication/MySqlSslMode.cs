namespace CdcEmbedded.MySql.Replication;

/// <summary>Whether and how a connection is encrypted. Unix domain sockets never are.</summary>
internal enum MySqlSslMode
{
    /// <summary>No TLS.</summary>
    Disabled,

    /// <summary>TLS where the server offers it, without checking whom it is with.</summary>
    Preferred,

    /// <summary>TLS, without checking whom it is with.</summary>
    Required,

    /// <summary>TLS with a server whose certificate a trusted authority signed.</summary>
    VerifyCA,

    /// <summary>TLS with a server whose certificate a trusted authority signed for this host. The default.</summary>
    VerifyFull,
}
