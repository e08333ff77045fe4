using CdcEmbedded.Sources;

namespace CdcEmbedded.Formats;

/// <summary>Writes the records of the envelope: keys, rows and documents before and after a change. Not thread-safe.</summary>
/// <param name="text">Receives them.</param>
/// <param name="options">How values are written.</param>
internal sealed class RecordJson(JsonText text, EnvelopeJsonOptions options)
{
    private readonly FieldNames _names = new();

    // Rows alternate with their keys.
    private readonly JsonFields _rows = new(text, options);
    private readonly JsonFields _keys = new(text, options);

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
            return;
        }

        var fields = isKey ? _keys : _rows;
        if (!ReferenceEquals(fields.Set, set))
        {
            if (set.HasOwnJson && TryWriteWhole(item, record, isKey))
            {
                return;
            }

            fields.Begin(set, _names.Of(set.Schema));
        }

        var start = text.Length;
        if (!TryWriteColumns(fields, set, record.Number))
        {
            text.CutTo(start);
            WriteEachField(item, fields, record);
        }

        text.CloseMembers(start);
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
            throw DecodingFailure.Of(e, item);
        }
    }

    /// <summary>Writes a record that has all columns of its schema, which are in the schema's order.</summary>
    /// <returns>False if it is another record, or is damaged: the other way says which field is.</returns>
    private static bool TryWriteColumns(JsonFields fields, RecordSet set, int record)
    {
        if (fields.Count != set.GetFieldCount(record))
        {
            return false;
        }

        try
        {
            set.WriteFields(record, fields);
            return true;
        }
        catch (CdcProtocolException)
        {
            return false;
        }
    }

    private void WriteEachField(StreamItem item, JsonFields fields, DataRecord record)
    {
        var place = 0;
        try
        {
            for (; place < record.Count; place++)
            {
                fields.Write(_names.Find(record.GetName(place)), record[place]);
            }
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(record, place, e, item);
        }
    }
}
