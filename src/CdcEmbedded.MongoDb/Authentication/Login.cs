using System.Text;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;
using CdcEmbedded.MongoDb.Wire;

namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>Logs in on one connection; its first step travels with the handshake where that is possible.</summary>
/// <remarks>Specification "Authentication". One login, one connection.</remarks>
internal sealed class Login
{
    private readonly MongoCredential _credential;
    private readonly Func<string> _nonce;
    private ScramConversation? _scram;

    /// <summary>Prepares the login; nothing is sent yet.</summary>
    /// <param name="credential">Who logs in.</param>
    /// <param name="isEncrypted">Whether the connection runs under TLS.</param>
    /// <param name="nonce">Makes a nonce; random outside of tests.</param>
    /// <exception cref="CdcAuthenticationException">The mechanism needs TLS and there is none.</exception>
    public Login(MongoCredential credential, bool isEncrypted, Func<string> nonce)
    {
        _credential = credential;
        _nonce = nonce;
        if (!isEncrypted && credential.Mechanism is MechanismName.Plain or MechanismName.X509)
        {
            throw new CdcAuthenticationException(
                $"{credential.Mechanism} is for TLS connections only: without TLS it shows the password to everybody, or has no certificate. "
                + "Add tls=true.");
        }
    }

    /// <summary>The database that knows the user.</summary>
    public string Source => _credential.Source;

    /// <summary>Whose mechanisms to ask for, as <c>source.user</c>; null where the mechanism is chosen.</summary>
    public string? NegotiatedUser => _credential.Mechanism is null ? $"{_credential.Source}.{_credential.Username}" : null;

    /// <summary>The command that begins the login, for the handshake; null where it cannot travel there.</summary>
    public RawBson? FirstStep()
    {
        switch (_credential.Mechanism)
        {
            case MechanismName.Plain:
                return null;
            case MechanismName.X509:
                return X509();
            default:
                _scram = new ScramConversation(_credential, _credential.Mechanism ?? MechanismName.ScramSha256, _nonce());
                return ScramLogin.Start(_scram);
        }
    }

    /// <summary>Finishes the login.</summary>
    /// <param name="hello">The server's answer to the handshake.</param>
    /// <param name="exchange">Runs a command on the connection and throws for an error.</param>
    /// <exception cref="CdcAuthenticationException">The server refused, or did not prove itself.</exception>
    public async ValueTask CompleteAsync(RawBson hello, Func<RawBson, ValueTask<RawBson>> exchange)
    {
        try
        {
            await RunAsync(hello, command => exchange(CommandWriter.WithDatabase(command, _credential.Source))).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (!ServerErrorKind.IsRetryable(exception.Code, exception.ServerMessage))
        {
            throw new CdcAuthenticationException(
                $"The login of {_credential} was refused: {exception.ServerMessage} Check user, password and authSource.", exception);
        }
    }

    private async ValueTask RunAsync(RawBson hello, Func<RawBson, ValueTask<RawBson>> exchange)
    {
        var hasSpeculated = hello.TryGetDocument("speculativeAuthenticate"u8, out var speculated);
        switch (_credential.Mechanism)
        {
            case MechanismName.X509:
                if (!hasSpeculated)
                {
                    await exchange(X509()).ConfigureAwait(false);
                }

                break;
            case MechanismName.Plain:
                await exchange(Plain()).ConfigureAwait(false);
                break;
            default:
                if (!hasSpeculated || _scram is null)
                {
                    _scram = new ScramConversation(_credential, _credential.Mechanism ?? Negotiate(hello), _nonce());
                    speculated = await exchange(ScramLogin.Start(_scram)).ConfigureAwait(false);
                }

                await ScramLogin.ContinueAsync(_scram, speculated, exchange).ConfigureAwait(false);
                break;
        }
    }

    // A server that does not say knows no such user, or is too old for SHA-256.
    private static string Negotiate(RawBson hello)
        => HelloReply.Texts(hello, "saslSupportedMechs"u8).Contains(MechanismName.ScramSha256)
            ? MechanismName.ScramSha256
            : MechanismName.ScramSha1;

    private RawBson X509()
    {
        var writer = new BsonWriter();
        writer.WriteInt32("authenticate"u8, 1);
        writer.WriteString("mechanism"u8, MechanismName.X509);
        if (_credential.Username is { } user)
        {
            writer.WriteString("user"u8, user);
        }

        return writer.ToDocument();
    }

    // RFC 4616: authorization identity (none), NUL, user, NUL, password.
    private RawBson Plain()
    {
        var password = _credential.Password ?? throw new CdcAuthenticationException(
            $"User '{_credential.Username}' has no password, and PLAIN takes one.");
        var writer = new BsonWriter();
        writer.WriteInt32("saslStart"u8, 1);
        writer.WriteString("mechanism"u8, MechanismName.Plain);
        writer.WriteBinary("payload"u8, Encoding.UTF8.GetBytes($"\0{_credential.Username}\0{password}"));
        return writer.ToDocument();
    }
}
