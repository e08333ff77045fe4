namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary>The client's side of one authentication method, for one connection.</summary>
internal abstract class AuthenticationPlugin
{
    /// <summary>The first answer to the server's random bytes.</summary>
    /// <exception cref="CdcAuthenticationException">The method is not allowed on this connection.</exception>
    public abstract byte[] Begin(AuthenticationContext context);

    /// <summary>The answer to more data of the server.</summary>
    /// <param name="context">The connection.</param>
    /// <param name="data">The data, without the byte 0x01 before it.</param>
    /// <returns>What to send; null for nothing, as the server continues by itself.</returns>
    /// <exception cref="CdcAuthenticationException">The method is not allowed on this connection.</exception>
    /// <exception cref="CdcProtocolException">The data makes no sense.</exception>
    public virtual byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new CdcProtocolException($"{context.Peer} sent more authentication data where none was due.", isTransient: true);

    /// <summary>Creates the plugin of a name.</summary>
    /// <returns>Null where the method is not supported.</returns>
    public static AuthenticationPlugin? Create(string name) => name switch
    {
        NativePassword.PluginName => new NativePassword(),
        CachingSha2Password.PluginName => new CachingSha2Password(),
        Sha256Password.PluginName => new Sha256Password(),
        ClearPassword.PluginName => new ClearPassword(),
        _ => null,
    };
}
