using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>
/// Key updates of TLS 1.3 (RFC 8446, 4.6.3) on the server's side of a connection. <see cref="SslStream"/> has no call for them, but on Linux
/// it is OpenSSL's, and OpenSSL has. Counts those that were sent and received.
/// </summary>
public sealed class KeyUpdates
{
    private const int KeyUpdateMessage = 24;
    private const int HandshakeRecord = 22;
    private readonly nint _ssl;
    private readonly KeyUpdate _keyUpdate;
    private readonly MessageCallback _onMessage;
    private int _sent;
    private int _received;

    private KeyUpdates(nint ssl, nint library)
    {
        _ssl = ssl;
        _keyUpdate = Export<KeyUpdate>(library, "SSL_key_update");
        _onMessage = OnMessage;
        Export<SetMessageCallback>(library, "SSL_set_msg_callback")(ssl, Marshal.GetFunctionPointerForDelegate(_onMessage));
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int KeyUpdate(nint ssl, int type);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetMessageCallback(nint ssl, nint callback);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void MessageCallback(int isWrite, int version, int contentType, nint bytes, nint length, nint ssl, nint argument);

    /// <summary>Number of updates of the server's keys.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Number of updates of the client's keys.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>Watches a connection; null where this machine's TLS is not OpenSSL.</summary>
    public static KeyUpdates? Of(SslStream stream)
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libssl.so.3", out var library))
        {
            return null;
        }

        var handle = typeof(SslStream).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetValue(stream)).OfType<SafeHandle>()
            .FirstOrDefault(value => value.GetType().Name == "SafeSslHandle");
        return handle is null ? null : new KeyUpdates(handle.DangerousGetHandle(), library);
    }

    /// <summary>Makes the next write begin with an update of the server's keys.</summary>
    /// <param name="isRequest">True to ask the client for an update of its own.</param>
    public void Schedule(bool isRequest)
    {
        if (_keyUpdate(_ssl, isRequest ? 1 : 0) != 1)
        {
            throw new InvalidOperationException("OpenSSL refuses the key update.");
        }
    }

    private static T Export<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    private void OnMessage(int isWrite, int version, int contentType, nint bytes, nint length, nint ssl, nint argument)
    {
        if (contentType == HandshakeRecord && length > 0 && Marshal.ReadByte(bytes) == KeyUpdateMessage)
        {
            Interlocked.Increment(ref isWrite == 1 ? ref _sent : ref _received);
        }
    }
}
