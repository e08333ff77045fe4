using CdcEmbedded.MongoDb.Authentication;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The options of a connection string that say who logs in, after the specification "Authentication".</summary>
internal static class CredentialOptions
{
    private const string External = "$external";

    /// <summary>Reads the credential.</summary>
    /// <returns>Null where nobody logs in.</returns>
    /// <exception cref="ArgumentException">Parts contradict each other, or the mechanism is not one of
    /// <see cref="MechanismName"/>.</exception>
    public static MongoCredential? Read(OptionReader reader, MongoUri uri)
    {
        var source = ReadSource(reader);
        var mechanism = reader.Text("authMechanism");
        if (reader.Raw("authMechanismProperties") is { } properties && OptionReader.Pairs(properties, "authMechanismProperties") is null)
        {
            reader.Warn("authMechanismProperties", "must be of the form name:value,name:value");
        }

        if (mechanism is null)
        {
            return uri.Username is null ? null : Required(uri, source ?? uri.Database ?? "admin", null);
        }

        if (!MechanismName.All.Contains(mechanism))
        {
            throw MongoUri.Invalid(
                $"authMechanism must be one of {string.Join(", ", MechanismName.All)}; {mechanism} is not supported here");
        }

        return mechanism switch
        {
            MechanismName.X509 => ReadX509(uri, source),
            MechanismName.Plain => Required(uri, source ?? uri.Database ?? External, mechanism),
            _ => Required(uri, source ?? uri.Database ?? "admin", mechanism),
        };
    }

    private static string? ReadSource(OptionReader reader)
    {
        if (!reader.Has("authSource"))
        {
            return null;
        }

        return reader.Text("authSource") ?? throw MongoUri.Invalid("authSource has no value");
    }

    private static MongoCredential ReadX509(MongoUri uri, string? source)
    {
        if (uri.Password is not null)
        {
            throw MongoUri.Invalid("MONGODB-X509 takes no password: the certificate proves who logs in");
        }

        return source is null or External
            ? new MongoCredential(uri.Username, null, External, MechanismName.X509)
            : throw MongoUri.Invalid($"MONGODB-X509 takes no authSource but {External}");
    }

    // Without a mechanism, a missing password fails at login: only the server tells which mechanism it is.
    private static MongoCredential Required(MongoUri uri, string source, string? mechanism)
        => uri.Username is null
            ? throw MongoUri.Invalid($"{mechanism} takes a user")
            : new MongoCredential(uri.Username, uri.Password, source, mechanism);
}
