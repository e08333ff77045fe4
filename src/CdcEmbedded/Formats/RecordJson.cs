namespace CdcEmbedded.Formats;

/// <summary>Writes the records of the envelope: keys, rows and documents before and after a change. Not thread-safe.</summary>
/// <param name="text">Receives them.</param>
/// <param name="options">How values are written.</param>
internal sealed class RecordJson(JsonText text, EnvelopeJsonOptions options)
{
    private readonly FieldNames _names = new();

    /// <summary>Writes a record as one object, or null where there is none.</summary>
    /// <param name="item">Where it is from, for messages.</param>
    /// <param name="record">The record.</param>
    /// <param name="isKey">True for a key, in which values of different types never look alike.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public void Write(StreamItem item, DataRecord record, bool isKey = false)
    {
        if (!record.HasValue)
        {
            text.Raw("null"u8);
        }
        else if (!TryWriteWhole(item, record, isKey))
        {
            WriteFields(item, record);
        }
    }

    private bool TryWriteWhole(StreamItem item, DataRecord record, bool isKey)
    {
        if (!record.HasOwnJson)
        {
            return false;
        }

        try
        {
            var writer = text.Open();
            var isWritten = isKey ? record.TryWriteSourceKeyJson(writer) : record.TryWriteSourceJson(writer);
            text.Close();
            return isWritten;
        }
        catch (CdcProtocolException e)
        {
            throw Located(e, $"A document of {Describe(item)}");
        }
    }

    private void WriteFields(StreamItem item, DataRecord record)
    {
        // Records that have all columns of their schema have them in its order.
        var names = _names.Of(record.Schema);
        var count = record.Count;
        var isWhole = names.Length == count;
        var place = 0;
        var isFirst = true;
        text.Raw("{"u8);
        try
        {
            for (; place < count; place++)
            {
                var name = isWhole ? names[place] : _names.Find(record.GetName(place));
                var member = isFirst ? name.Member.AsSpan(1) : name.Member;
                if (TryWriteDirectly(record, place, name.Kind, member))
                {
                    isFirst = false;
                    continue;
                }

                var value = record[place];
                if (!value.IsAbsent)
                {
                    isFirst = false;
                    name.Kind = value.Kind;
                    text.Raw(member);
                    WriteValue(value);
                }
            }
        }
        catch (CdcProtocolException e)
        {
            throw Located(e, $"Column '{record.GetName(place)}' of {Describe(item)}");
        }

        text.Raw("}"u8);
    }

    /// <summary>Writes a field without a value of its own in between, if its kind has such a way.</summary>
    /// <returns>False, with nothing written, if it has none.</returns>
    private bool TryWriteDirectly(in DataRecord record, int place, ValueKind kind, ReadOnlySpan<byte> member)
    {
        if (record.Records is not { } set)
        {
            return false;
        }

        switch (kind)
        {
            case ValueKind.Int64 or ValueKind.UInt64 when set.TryReadInt64(record.Number, place, out var number):
                text.Raw(member);
                text.Number(number);
                return true;
            case ValueKind.Text when set.TryReadUtf8(record.Number, place, out var utf8) && JsonText.IsPlain(utf8):
                text.Raw(member);
                text.Quoted(utf8);
                return true;
            default:
                return false;
        }
    }

    private void WriteValue(in DataValue value)
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

    // A value knows neither its column nor its position in the log.
    private static CdcProtocolException Located(CdcProtocolException e, string place)
        => new($"{place}: {e.Message}", e.EventType, e.Position, e.PayloadOffset, e.IsTransient, e);

    private static string Describe(StreamItem item)
        => item is ChangeEvent change ? $"{change.Database}.{change.Table}, change {change.EventId}" : item.ToString() ?? "";
}
