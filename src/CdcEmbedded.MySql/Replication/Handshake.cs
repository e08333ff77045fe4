using CdcEmbedded.MySql.Replication.Authentication;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace CdcEmbedded.MySql.Replication;

/// <summary>From the server's greeting to its OK: capabilities, TLS, authentication.</summary>
/// <remarks>MySQL manual, "Connection Phase". Waits for the server twice at best (greeting, OK), and for TLS in between.</remarks>
internal static class Handshake
{
    // The longest honest exchange is greeting, switch, full authentication, key, OK.
    private const int MaxAuthenticationPackets = 12;

    /// <summary>Logs in over a fresh connection.</summary>
    /// <returns>What the server said of itself.</returns>
    public static async ValueTask<Greeting> PerformAsync(
        PacketChannel channel, MySqlHost host, SessionSettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        var first = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (first.Kind == PacketKind.Error)
        {
            throw ServerError.Refusal(ServerError.Read(first.Span, channel.Peer), settings, isEncrypted: false);
        }

        var greeting = Greeting.Read(first.Span);
        var tls = UseTls(greeting, host, settings, channel.Peer, logger);
        var agreed = HandshakeResponse.Agree(greeting, settings, tls);
        UnprovenCertificate? unproven = null;
        if (tls)
        {
            using var request = new PacketWriter();
            HandshakeResponse.WriteTlsRequest(request, agreed);
            await channel.SendAsync(request, cancellationToken).ConfigureAwait(false);
            unproven = CertificateProof.IsPossible(greeting, settings) ? new UnprovenCertificate() : null;
            await channel.StartTlsAsync(settings.Tls, host.Name, unproven, cancellationToken).ConfigureAwait(false);
        }

        var context = new AuthenticationContext(settings.User, settings.Password, channel.Peer)
        {
            IsEncrypted = tls,
            IsSecure = tls || host.IsUnixSocket,
            AllowCleartext = settings.EnableCleartextPlugin,
            AllowPublicKeyRetrieval = settings.AllowPublicKeyRetrieval,
            PublicKeyFile = settings.ServerRsaPublicKeyFile,
            Scramble = greeting.Scramble,
        };
        var proof = unproven?.Refusal is null ? null : new CertificateProof(unproven.Refusal, unproven.Fingerprint, greeting.Scramble);
        var plugin = await RespondAsync(channel, greeting, agreed, settings, context, proof, cancellationToken).ConfigureAwait(false);
        await AuthenticateAsync(channel, plugin, settings, context, proof, cancellationToken).ConfigureAwait(false);
        return greeting;
    }

    private static bool UseTls(Greeting greeting, MySqlHost host, SessionSettings settings, string peer, ILogger logger)
    {
        if (host.IsUnixSocket || settings.SslMode == MySqlSslMode.None)
        {
            return false;
        }

        if ((greeting.Capabilities & Capabilities.Ssl) != 0)
        {
            return true;
        }

        if (settings.SslMode == MySqlSslMode.Preferred)
        {
            Log.TlsNotOffered(logger, peer);
            return false;
        }

        throw new CdcConnectionException(
            $"{peer} offers no TLS and SslMode={settings.SslMode} asks for it. Give the server a certificate, or set SslMode=Disabled "
            + "if the network between is trusted.",
            isTransient: false);
    }

    private static async ValueTask<AuthenticationPlugin> RespondAsync(
        PacketChannel channel,
        Greeting greeting,
        Capabilities agreed,
        SessionSettings settings,
        AuthenticationContext context,
        CertificateProof? proof,
        CancellationToken cancellationToken)
    {
        // Only what reveals nothing is sent unasked. For anything else the server switches to the account's own method.
        var name = proof is null && greeting.Plugin == CachingSha2Password.PluginName ? CachingSha2Password.PluginName
            : NativePassword.PluginName;
        AuthenticationPlugin plugin = name == CachingSha2Password.PluginName ? new CachingSha2Password() : new NativePassword();
        using var response = new PacketWriter();
        HandshakeResponse.Write(response, agreed, settings, name, plugin.Begin(context));
        await channel.SendAsync(response, cancellationToken).ConfigureAwait(false);
        return plugin;
    }

    private static async ValueTask AuthenticateAsync(
        PacketChannel channel,
        AuthenticationPlugin plugin,
        SessionSettings settings,
        AuthenticationContext context,
        CertificateProof? proof,
        CancellationToken cancellationToken)
    {
        for (var count = 0; count < MaxAuthenticationPackets; count++)
        {
            var packet = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            byte[]? answer;
            switch (packet.Kind)
            {
                case PacketKind.Ok:
                    proof?.Check(packet.Span, context);
                    return;
                case PacketKind.Error:
                    throw ServerError.Refusal(ServerError.Read(packet.Span, channel.Peer), settings, context.IsEncrypted);
                case PacketKind.Eof:
                    plugin = Switch(packet.Span, context);
                    proof?.CheckPlugin(plugin);
                    answer = plugin.Begin(context);
                    break;
                case PacketKind.AuthMoreData:
                    proof?.CheckPlugin(plugin);
                    answer = plugin.Continue(context, packet.Span[1..]);
                    break;
                case PacketKind.AuthNextFactor:
                    throw context.Refuse(
                        "the account needs more than one factor, which is not supported; use an account with a password alone.");
                default:
                    throw new CdcProtocolException($"{channel.Peer} sent a packet of kind {packet.Kind} during authentication.",
                        isTransient: true);
            }

            if (answer is not null)
            {
                using var writer = new PacketWriter();
                writer.WriteBytes(answer);
                await channel.SendAsync(writer, cancellationToken).ConfigureAwait(false);
            }
        }

        throw new CdcProtocolException($"Authentication with {channel.Peer} did not complete.", isTransient: true);
    }

    // Protocol::AuthSwitchRequest: 0xFE, plugin name\0, data, as a rule 20 random bytes and a zero byte.
    // A lone 0xFE asks for the hash of MySQL 4.0.
    private static AuthenticationPlugin Switch(ReadOnlySpan<byte> payload, AuthenticationContext context)
    {
        if (payload.Length == 1)
        {
            throw context.Refuse("the account has a password of MySQL 4.0 (mysql_old_password), which is not supported; set its password "
                + "again.");
        }

        var reader = new PayloadReader(payload, "authentication switch");
        reader.Skip(1);
        var name = reader.ReadNulText();
        var data = reader.ReadRest();
        context.Scramble = (data.Length > 0 && data[^1] == 0 ? data[..^1] : data).ToArray();
        var plugin = AuthenticationPlugin.Create(name) ?? throw context.Refuse(UnsupportedPlugins.Explain(name));
        return context.Scramble.Length == 20 || plugin is ClearPassword
            ? plugin
            : throw reader.Malformed($"{context.Scramble.Length} random bytes where 20 were due");
    }
}
