using ZstdSharp;
using ZstdSharp.Unsafe;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Decompresses the Zstandard frames of a payload on demand: the compressed bytes are in memory, the decompressed ones are written
/// where the caller wants them. Reusable for one payload after another; for one caller.</summary>
/// <remarks>Memory: the library reserves the window that a frame header asks for, at most 2^<see cref="MaxWindowLog"/> bytes, and touches
/// of it only what it decompresses. A decompressor that produced more than <see cref="KeepLength"/> bytes is freed with its payload, so an
/// idle reader holds little.</remarks>
internal sealed class ZstdReader : IDisposable
{
    /// <summary>Largest window as a power of two: 128 MiB. Level 22, the server's highest (binlog_transaction_compression_level_zstd), asks
    /// for exactly that, and it is the largest that the zstd tool accepts by default.</summary>
    public const int MaxWindowLog = 27;

    private const int KeepLength = 8 * 1024 * 1024;

    // Compressed bytes are copied through a pooled buffer of this size.
    private const int BufferLength = 64 * 1024;

    private readonly int _maxWindowLog;
    private Decompressor? _decompressor;
    private DecompressionStream? _stream;
    private long _produced;

    /// <summary>Creates the reader; nothing is allocated before the first payload.</summary>
    /// <param name="maxWindowLog">Largest window that a frame may ask for, as a power of two.</param>
    public ZstdReader(int maxWindowLog = MaxWindowLog) => _maxWindowLog = maxWindowLog;

    /// <summary>Starts to read other compressed bytes: any number of whole frames. They must not change before <see cref="End"/>.</summary>
    public void Begin(ArraySegment<byte> input)
    {
        End();
        if (_decompressor is null)
        {
            _decompressor = new Decompressor();
            _decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, _maxWindowLog);
        }

        // After a payload that was not read to its end the decompressor is still inside a frame.
        _decompressor.ResetStream();
        var source = new MemoryStream(input.Array ?? [], input.Offset, input.Count, writable: false);
        _stream = new DecompressionStream(source, _decompressor, Math.Clamp(input.Count, 1, BufferLength), checkEndOfStream: true,
            preserveDecompressor: true,
            leaveOpen: false);
    }

    /// <summary>Decompresses more.</summary>
    /// <param name="destination">Where to; not empty.</param>
    /// <returns>The bytes written; 0 only at the end of the input.</returns>
    /// <exception cref="CdcProtocolException">The input is damaged, ends inside a frame, needs a dictionary, or needs a larger window
    /// than is accepted.</exception>
    public int Read(Span<byte> destination)
    {
        try
        {
            var count = _stream?.Read(destination) ?? 0;
            _produced += count;
            return count;
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException)
        {
            throw Refused(e);
        }
    }

    /// <summary>Releases the input, and the decompressor too if its buffers may have grown large.</summary>
    public void End()
    {
        _stream?.Dispose();
        _stream = null;
        if (_produced > KeepLength)
        {
            _decompressor?.Dispose();
            _decompressor = null;
        }

        _produced = 0;
    }

    public void Dispose()
    {
        End();
        _decompressor?.Dispose();
        _decompressor = null;
    }

    private CdcProtocolException Refused(Exception e)
    {
        var message = (e as ZstdException)?.Code switch
        {
            ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge
                => $"needs a window of more than {1L << _maxWindowLog} bytes, the most that is accepted; no "
                + "compression level of the server asks for more",
            ZSTD_ErrorCode.ZSTD_error_dictionary_wrong => "was compressed with a dictionary, which the log does not contain",
            null => "is damaged: it ends inside a frame",
            _ => $"is damaged: {e.Message}",
        };
        var type = EventType.TransactionPayload.Name();
        return new CdcProtocolException($"The Zstandard data of a {type} {message} (decompressed so far: {_produced} bytes).", type,
            innerException: e);
    }
}
