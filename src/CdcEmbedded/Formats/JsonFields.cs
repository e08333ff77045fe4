using System.Runtime.CompilerServices;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>Writes the fields of a record as JSON members, each with a comma before it. Not thread-safe.</summary>
/// <param name="text">Receives them.</param>
/// <param name="options">How values are written.</param>
internal sealed class JsonFields(JsonText text, EnvelopeJsonOptions options) : FieldWriter
{
    // Room that the start of a member needs after itself, see FieldName.
    private const int LeastBytes = FieldNames.FieldName.VectorBytes;

    private FieldNames.FieldName[] _names = [];

    /// <summary>The set of the records, once the names of their fields are known.</summary>
    /// <value>Null where each record must be looked at: the set's records have a JSON form of their own.</value>
    public RecordSet? Set { get; private set; }

    /// <summary>Number of named fields.</summary>
    public int Count => _names.Length;

    /// <summary>Begins the records of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="names">The names of their fields.</param>
    public void Begin(RecordSet set, FieldNames.FieldName[] names)
    {
        _names = names;
        Set = set.HasOwnJson ? null : set;
    }

    /// <inheritdoc/>
    public override void WriteValue(int field, in DataValue value) => Write(_names[field], value);

    /// <summary>Writes a field, unless it is absent.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value.</param>
    public void Write(in FieldNames.FieldName name, in DataValue value)
    {
        if (!value.IsAbsent)
        {
            name.CopyTo(text.Room(name.Length + LeastBytes));
            text.Advance(name.Length);
            Write(value);
        }
    }

    /// <inheritdoc/>
    public override void WriteNull(int field)
    {
        var to = Start(field, LeastBytes, out var start);
        "null"u8.CopyTo(to);
        text.Advance(start + 4);
    }

    /// <inheritdoc/>
    public override void WriteInteger(int field, long value)
    {
        var to = Start(field, DigitPairs.MaxNumberBytes, out var start);
        text.Advance(start + DigitPairs.Write(to, value));
    }

    /// <inheritdoc/>
    public override void WriteDecimal(int field, ulong magnitude, int scale, bool isNegative)
    {
        var to = Start(field, DataValue.MaxFormattedBytes + 2, out var start);
        text.Advance(start + Quote(to, DecimalDigits.Write(to[1..], magnitude, scale, isNegative)));
    }

    /// <inheritdoc/>
    public override void WriteDateTime(int field, CalendarDateTime value, int digits)
    {
        var to = Start(field, DataValue.MaxFormattedBytes + 2, out var start);
        text.Advance(start + Quote(to, CalendarDigits.WriteDateTime(to[1..], value, value.IsPartial ? (byte)' ' : (byte)'T', digits)));
    }

    /// <inheritdoc/>
    public override bool TryWriteUtf8(int field, ReadOnlySpan<byte> utf8)
    {
        if (!JsonText.IsPlain(utf8))
        {
            return false;
        }

        var to = Start(field, utf8.Length + LeastBytes, out var start);
        utf8.CopyTo(to[1..]);
        text.Advance(start + Quote(to, utf8.Length));
        return true;
    }

    /// <summary>Writes the start of a member; the caller advances the text by it and by the value.</summary>
    /// <param name="field">The field.</param>
    /// <param name="valueBytes">Room for the value, <see cref="LeastBytes"/> or more.</param>
    /// <param name="length">Number of bytes written.</param>
    /// <returns>Where the value goes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Start(int field, int valueBytes, out int length)
    {
        ref readonly var name = ref _names[field];
        length = name.Length;
        var to = text.Room(length + valueBytes);
        name.CopyTo(to);
        return to[length..];
    }

    /// <summary>Puts quotation marks around text that begins at the second byte.</summary>
    /// <returns>Number of bytes with them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Quote(Span<byte> to, int length)
    {
        to[0] = (byte)'"';
        to[length + 1] = (byte)'"';
        return length + 2;
    }

    private void Write(in DataValue value)
    {
        if (options.MarkJsonNull && value.Kind == ValueKind.Json && ValueJson.NeedsMark(value))
        {
            text.Raw("{\"$json\":"u8);
            ValueJson.Write(text, value);
            text.Raw("}"u8);
            return;
        }

        if (options.UndecodableText != UndecodableText.Bytes || !value.IsUndecodedText)
        {
            ValueJson.Write(text, value);
            return;
        }

        try
        {
            ValueJson.Write(text, value);
        }
        catch (CdcProtocolException)
        {
            // Nothing was written: text is decoded before.
            var writer = text.Open();
            writer.WriteStartObject();
            writer.WriteBase64String(EnvelopeNames.Bytes, value.AsBytes().Span);
            writer.WriteEndObject();
            text.Close();
        }
    }
}
