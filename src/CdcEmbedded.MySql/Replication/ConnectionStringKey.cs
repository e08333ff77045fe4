namespace CdcEmbedded.MySql.Replication;

/// <summary>What a key of a connection string is about.</summary>
internal enum ConnectionStringKey
{
    /// <summary>Something of MySqlConnector that has no meaning here, such as pooling.</summary>
    Ignored,

    /// <summary>Hosts, or the path of a Unix domain socket.</summary>
    Server,

    /// <summary>The TCP port of hosts without one.</summary>
    Port,

    /// <summary>TCP or Unix domain socket.</summary>
    Protocol,

    /// <summary>The user.</summary>
    User,

    /// <summary>The password.</summary>
    Password,

    /// <summary>The database to start in.</summary>
    Database,

    /// <summary>Whether and how to encrypt.</summary>
    SslMode,

    /// <summary>PEM file of authorities.</summary>
    SslCa,

    /// <summary>PEM file of the client's certificate.</summary>
    SslCert,

    /// <summary>PEM file of the client's key.</summary>
    SslKey,

    /// <summary>PKCS#12 file of the client's certificate and key.</summary>
    CertificateFile,

    /// <summary>The password of that file.</summary>
    CertificatePassword,

    /// <summary>Versions of TLS.</summary>
    TlsVersion,

    /// <summary>Seconds for one address.</summary>
    ConnectTimeout,

    /// <summary>Seconds for an answer.</summary>
    CommandTimeout,

    /// <summary>Seconds before the first keepalive probe.</summary>
    KeepAlive,

    /// <summary>Whether the server may be asked for its RSA key.</summary>
    AllowPublicKeyRetrieval,

    /// <summary>PEM file of the server's RSA key.</summary>
    ServerRsaPublicKeyFile,

    /// <summary>Whether the password may go in clear text under TLS.</summary>
    EnableCleartextPlugin,

    /// <summary>The program's name.</summary>
    ApplicationName,
}
