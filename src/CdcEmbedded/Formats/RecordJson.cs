using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>Writes the records of the envelope: keys, rows and documents before and after a change. Not thread-safe.</summary>
/// <param name="text">Receives them.</param>
/// <param name="options">How values are written.</param>
internal sealed class RecordJson(JsonText text, EnvelopeJsonOptions options)
{
    private readonly FieldNames _names = new();
    private readonly JsonFields _fields = new(text, options);

    /// <summary>Writes a record as one object, or null where there is none.</summary>
    /// <param name="item">Where it is from, for messages.</param>
    /// <param name="record">The record.</param>
    /// <param name="isKey">True for a key, in which values of different types never look alike.</param>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged.</exception>
    public void Write(StreamItem item, DataRecord record, bool isKey = false)
    {
        if (record.Records is not { } set)
        {
            text.Raw("null"u8);
        }
        else if (!set.HasOwnJson || !TryWriteWhole(item, record, isKey))
        {
            WriteFields(item, set, record);
        }
    }

    private bool TryWriteWhole(StreamItem item, DataRecord record, bool isKey)
    {
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

    private void WriteFields(StreamItem item, RecordSet set, DataRecord record)
    {
        var start = text.Written.Length;
        if (!TryWriteColumns(set, record.Number))
        {
            text.CutTo(start);
            WriteEachField(item, record);
        }

        text.CloseMembers(start);
    }

    /// <summary>Writes a record that has all columns of its schema, which are in the schema's order.</summary>
    /// <returns>False if it is another record, or is damaged: the other way says which field is.</returns>
    private bool TryWriteColumns(RecordSet set, int record)
    {
        var names = _names.Of(set.Schema);
        if (names.Length != set.GetFieldCount(record))
        {
            return false;
        }

        _fields.Begin(names);
        try
        {
            set.WriteFields(record, _fields);
            return true;
        }
        catch (CdcProtocolException)
        {
            return false;
        }
    }

    private void WriteEachField(StreamItem item, DataRecord record)
    {
        var place = 0;
        try
        {
            for (; place < record.Count; place++)
            {
                _fields.Write(_names.Find(record.GetName(place)), record[place]);
            }
        }
        catch (CdcProtocolException e)
        {
            throw Located(e, $"Column '{record.GetName(place)}' of {Describe(item)}");
        }
    }

    // A value knows neither its column nor its position in the log.
    private static CdcProtocolException Located(CdcProtocolException e, string place)
        => new($"{place}: {e.Message}", e.EventType, e.Position, e.PayloadOffset, e.IsTransient, e);

    private static string Describe(StreamItem item)
        => item is ChangeEvent change ? $"{change.Database}.{change.Table}, change {change.EventId}" : item.ToString() ?? "";
}
