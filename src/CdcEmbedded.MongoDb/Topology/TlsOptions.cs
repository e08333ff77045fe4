using CdcEmbedded.Shared;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The options of a connection string that say how TLS is made.</summary>
internal static class TlsOptions
{
    private const string Insecure = "tlsInsecure";
    private const string InvalidCertificates = "tlsAllowInvalidCertificates";
    private const string InvalidHostnames = "tlsAllowInvalidHostnames";
    private const string NoOcsp = "tlsDisableOCSPEndpointCheck";
    private const string NoRevocation = "tlsDisableCertificateRevocationCheck";

    private static readonly (string First, string Second)[] Exclusive =
    [
        (Insecure, InvalidCertificates), (Insecure, InvalidHostnames), (Insecure, NoOcsp), (Insecure, NoRevocation),
        (InvalidCertificates, NoOcsp), (InvalidCertificates, NoRevocation), (NoOcsp, NoRevocation),
    ];

    private static readonly string[] Implying = ["tlsCAFile", "tlsCertificateKeyFile", Insecure, InvalidCertificates, InvalidHostnames];

    /// <summary>Reads the options.</summary>
    /// <param name="reader">The options.</param>
    /// <param name="byDefault">Whether TLS is on where the string does not say, as with SRV.</param>
    /// <returns>Null for a connection in clear text.</returns>
    /// <exception cref="ArgumentException">They contradict each other.</exception>
    public static TlsSettings? Read(OptionReader reader, bool byDefault)
    {
        foreach (var (first, second) in Exclusive)
        {
            if (reader.Has(first) && reader.Has(second))
            {
                throw MongoUri.Invalid($"{first} and {second} exclude each other");
            }
        }

        // Who names certificates wants TLS: sending the password in clear text for want of one more option would be a trap.
        var enabled = ReadSwitch(reader) ?? (byDefault || Implying.Any(reader.Has));
        var anything = reader.Boolean(Insecure) ?? false;
        var anyCertificate = (reader.Boolean(InvalidCertificates) ?? false) || anything;
        var anyName = (reader.Boolean(InvalidHostnames) ?? false) || anything;
        reader.Boolean(NoOcsp);
        reader.Boolean(NoRevocation);
        var settings = new TlsSettings
        {
            Verification = anyCertificate ? TlsVerification.None : anyName ? TlsVerification.Chain : TlsVerification.ChainAndName,
            CaFile = reader.Text("tlsCAFile"),
            CertificatePemFile = reader.Text("tlsCertificateKeyFile"),
            KeyPemPassword = reader.Text("tlsCertificateKeyFilePassword"),
        };
        return enabled ? settings : null;
    }

    // tls and its old name ssl may both be written, several times, and must then agree.
    private static bool? ReadSwitch(OptionReader reader)
    {
        bool? result = null;
        foreach (var value in reader.All("tls").Concat(reader.All("ssl")))
        {
            if (value is not ("true" or "false"))
            {
                // Unlike elsewhere a wrong value does not count as "not written": that would turn encryption off.
                throw MongoUri.Invalid("tls must be true or false");
            }

            if (result is { } before && before != (value == "true"))
            {
                throw MongoUri.Invalid("tls and ssl are written with both true and false");
            }

            result = value == "true";
        }

        return result;
    }
}
