namespace CdcEmbedded.MySql.Replication;

/// <summary>A socket, TLS on it where that is wanted, and packets in both directions.</summary>
/// <remarks>One flow at a time, except <see cref="Close"/>, which any thread may call.</remarks>
internal sealed class PacketChannel : IDisposable
{
    /// <summary>What a user may change where a server's certificate does not verify.</summary>
    public const string CertificateRemedy = "Name its authority's PEM file with SslCa. MySQL's own generated certificates are for no host "
        + "name: use SslMode=VerifyCA with SslCa, or give the server a certificate for its name. SslMode=Required encrypts without proof "
        + "of who answers: to try it only.";

    /// <summary>The longest packet that is accepted before a dump: no answer to a login or a short query comes near it.</summary>
    private const int MaxAnswerLength = 1024 * 1024;

    private readonly BlockingStream _stream;
    private readonly ChunkedReader _reader;

    /// <summary>Creates the channel over a connection, which it owns.</summary>
    public PacketChannel(BlockingStream stream, string peer, TimeProvider time)
    {
        Peer = peer;
        _stream = stream;
        _reader = new ChunkedReader(stream, peer, time, stream.Abandon);
        Packets = new PacketStream(_reader, peer) { MaxPayloadLength = MaxAnswerLength };
    }

    /// <summary>Host and port, for messages.</summary>
    public string Peer { get; }

    /// <summary>The packets of the server.</summary>
    public PacketStream Packets { get; }

    /// <summary>True if the channel was closed, by its owner or by a failure.</summary>
    public bool IsClosed => _reader.IsClosed;

    /// <summary>Sends one packet in one write.</summary>
    /// <exception cref="CdcConnectionException">The connection is broken; the channel is then closed.</exception>
    public async ValueTask SendAsync(PacketWriter writer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var sequenceId = Packets.NextSequenceId;
        var bytes = writer.Frame(ref sequenceId);
        Packets.NextSequenceId = sequenceId;
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (ChunkedReader.IsConnectionFailure(exception))
        {
            var closedByOwner = IsClosed;
            Close();
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(closedByOwner, this);
            throw new CdcConnectionException($"The connection to {Peer} broke: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the next packet; see <see cref="PacketStream.ReadPacketAsync"/>.</summary>
    public ValueTask<PacketSlice> ReadAsync(CancellationToken cancellationToken) => Packets.ReadPacketAsync(cancellationToken);

    /// <summary>Puts TLS on the connection.</summary>
    /// <param name="settings">What to check and what to show.</param>
    /// <param name="host">The name that the certificate must be for.</param>
    /// <param name="unproven">Takes a certificate that does not verify; null to refuse it at once.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask StartTlsAsync(TlsSettings settings, string host, UnprovenCertificate? unproven,
        CancellationToken cancellationToken)
    {
        _reader.CheckNothingUnread();
        await TlsClient.AuthenticateAsync(_stream, settings, host, Peer, CertificateRemedy, unproven, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Prepares for a dump, which is much and has large packets.</summary>
    public void ReadStream()
    {
        _reader.ChunkSize = ChunkedReader.StreamingChunkSize;
        Packets.MaxPayloadLength = PacketStream.MaxEventLength;
    }

    /// <summary>Sends the command that ends a session, if that can be done without waiting.</summary>
    public async ValueTask TryQuitAsync(PacketWriter writer)
    {
        byte sequenceId = 0;
        try
        {
            if (_stream.CanWriteAtOnce)
            {
                await _stream.WriteAsync(writer.Frame(ref sequenceId), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (ChunkedReader.IsConnectionFailure(exception))
        {
            // The connection is being closed and was broken already: nobody waits for it.
            Close();
        }
    }

    /// <summary>Closes the socket: reads and writes under way end at once. Idempotent.</summary>
    public void Close() => _reader.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _stream.Dispose();
    }
}
