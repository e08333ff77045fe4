using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>JSON text in the making, as UTF-8. Numbers, plain texts and prepared parts are appended directly; everything else is written by
/// a <see cref="Utf8JsonWriter"/> at the same place. Not thread-safe; the memory is reused.</summary>
internal sealed class JsonText : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 4096;

    // Memory that one huge row has enlarged beyond this is not kept.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    // The bytes that the encoder leaves as they are, in text of ASCII.
    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create(FindPlainBytes());

    private readonly Utf8JsonWriter _writer;
    private byte[] _bytes = new byte[InitialBytes];
    private int _count;

    public JsonText() => _writer = new Utf8JsonWriter(this, WriterOptions);

    /// <summary>Number of bytes written.</summary>
    public int Length => _count;

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > MaxKeptBytes)
        {
            _bytes = new byte[InitialBytes];
        }
    }

    /// <summary>Removes what was written after a length.</summary>
    public void CutTo(int length) => _count = length;

    /// <summary>Makes an object of the members from a place on, each of which has a comma before it.</summary>
    /// <param name="start">The length before the first one.</param>
    public void CloseMembers(int start)
    {
        var to = Room(2);
        if (_count == start)
        {
            to[0] = (byte)'{';
            to[1] = (byte)'}';
            _count += 2;
            return;
        }

        _bytes[start] = (byte)'{';
        to[0] = (byte)'}';
        _count++;
    }

    /// <summary>Appends bytes that are JSON.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        _count += json.Length;
    }

    /// <summary>Appends text that is JSON.</summary>
    public void Raw(string json)
    {
        var bytes = Encoding.UTF8.GetByteCount(json);
        _count += Encoding.UTF8.GetBytes(json, Room(bytes));
    }

    public void Number(long value) => _count += DigitPairs.Write(Room(DigitPairs.MaxNumberBytes), value);

    public void Number(ulong value) => _count += DigitPairs.Write(Room(DigitPairs.MaxNumberBytes), value);

    /// <summary>Appends a decimal in quotes. Returns false, with nothing written, if it is wider than <see cref="decimal"/>.</summary>
    public bool TryDecimal(in DataValue value)
    {
        var to = Room(DataValue.MaxFormattedBytes + 2);
        var length = value.FormatDecimal(to[1..]);
        if (length >= 0)
        {
            CloseQuotes(to, length);
        }

        return length >= 0;
    }

    /// <summary>Appends a date, time or both in quotes.</summary>
    public void Temporal(in DataValue value)
    {
        var to = Room(DataValue.MaxFormattedBytes + 3);
        CloseQuotes(to, ValueJson.FormatTemporal(to[1..], value));
    }

    /// <summary>Appends text in quotes, if none of it must be escaped. Returns false, with nothing written, if some must.</summary>
    public bool TryPlain(ReadOnlySpan<byte> utf8)
    {
        if (!IsPlain(utf8))
        {
            return false;
        }

        Quoted(utf8);
        return true;
    }

    /// <summary>True if text is ASCII of which nothing must be escaped.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> utf8) => !utf8.ContainsAnyExcept(PlainBytes);

    /// <summary>Appends text in quotes of which nothing must be escaped.</summary>
    public void Quoted(ReadOnlySpan<byte> plain)
    {
        var to = Room(plain.Length + 2);
        plain.CopyTo(to[1..]);
        CloseQuotes(to, plain.Length);
    }

    /// <summary>Returns a writer for one value, or for the members inside an object that was begun before;
    /// <see cref="Close"/> ends it.</summary>
    public Utf8JsonWriter Open()
    {
        _writer.Reset(this);
        return _writer;
    }

    /// <summary>Appends what the writer has.</summary>
    public void Close() => _writer.Flush();

    /// <inheritdoc/>
    public void Advance(int count) => _count += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => Room(Math.Max(sizeHint, 1));

    public void Dispose() => _writer.Dispose();

    private void CloseQuotes(Span<byte> to, int length)
    {
        to[0] = (byte)'"';
        to[length + 1] = (byte)'"';
        _count += length + 2;
    }

    /// <summary>Returns the memory after what is written, with room for a number of bytes at least; <see cref="Advance"/> appends
    /// what was written there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int bytes)
    {
        if (bytes > _bytes.Length - _count)
        {
            Grow(bytes);
        }

        return _bytes.AsSpan(_count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        // A large value has little after it: twice its size would be wasted.
        var needed = (long)_count + bytes;
        var size = Math.Max(needed + (needed / 4), Math.Min(_bytes.Length * 2L, MaxKeptBytes));
        Array.Resize(ref _bytes, checked((int)Math.Max(Math.Min(size, Array.MaxLength), needed)));
    }

    private static byte[] FindPlainBytes()
    {
        var result = new List<byte>();
        for (byte b = 0; b < 128; b++)
        {
            if (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8([b]) < 0)
            {
                result.Add(b);
            }
        }

        return [.. result];
    }
}
