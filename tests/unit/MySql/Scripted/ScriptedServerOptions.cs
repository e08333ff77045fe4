using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>How a <see cref="ScriptedMySqlServer"/> behaves. The defaults: a MySQL 9.7 without TLS, user
/// <c>cdc</c>, password <c>s3cret!pass</c>.</summary>
public sealed class ScriptedServerOptions
{
    public string Version { get; set; } = "9.7.0";

    public string User { get; set; } = "cdc";

    public string Password { get; set; } = "s3cret!pass";

    /// <summary>The plugin named in the greeting.</summary>
    public string GreetingPlugin { get; set; } = "caching_sha2_password";

    /// <summary>The account's plugin: the server switches to it where the client began with another one.</summary>
    public string AccountPlugin { get; set; } = "caching_sha2_password";

    /// <summary>True if caching_sha2_password has the account in its cache.</summary>
    public bool IsCached { get; set; } = true;

    /// <summary>The certificate with its key; null for a server without TLS.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>True if a client certificate is demanded; what came is in <see cref="ScriptedConnection.ClientCertificate"/>.</summary>
    public bool ClientCertificateRequired { get; set; }

    /// <summary>The key under which passwords may be sent without TLS.</summary>
    public RSA? RsaKey { get; set; }

    /// <summary>Sets the faults of a new connection before its first byte; the number counts connections from 0.</summary>
    public Action<ShapedStream, int>? Shape { get; set; }

    /// <summary>Takes the place of everything, greeting included. When it returns the connection is closed.</summary>
    public Func<ScriptedConnection, Task>? OnConnect { get; set; }

    /// <summary>Answers COM_QUERY; null falls back to <see cref="ScriptedReply.Default"/>.</summary>
    public Func<string, ScriptedReply?>? OnQuery { get; set; }

    /// <summary>Answers COM_QUERY where the connection matters; asked before <see cref="OnQuery"/>.</summary>
    public Func<ScriptedConnection, string, ScriptedReply?>? OnConnectionQuery { get; set; }

    /// <summary>Makes the text of the OK that ends a login, from the greeting's scramble; null for none.</summary>
    public Func<byte[], byte[]>? LoginText { get; set; }

    /// <summary>Plays the stream after a dump command. When it returns the connection is closed; await
    /// <see cref="ScriptedConnection.SilenceAsync"/> to keep it open.</summary>
    public Func<ScriptedConnection, BinlogDumpRequest, Task>? OnBinlogDump { get; set; }

    /// <summary>Any other command, with its first byte. Default: OK.</summary>
    public Func<ScriptedConnection, byte[], Task>? OnCommand { get; set; }
}
