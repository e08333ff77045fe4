using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Prints the differences of a JSON column as a patch, for rows that do not hold the document they change.</summary>
/// <param name="table">The table, for messages.</param>
/// <param name="column">The column, for messages.</param>
internal sealed class JsonPatchCodec(TableMap table, int column) : ValueCodec
{
    /// <inheritdoc/>
    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        var printer = new JsonPrinter(bytes, bytes.Length, bytes.Length * 2);
        try
        {
            var reader = new JsonDiffReader(bytes, 0);
            var isFirst = true;
            printer.WriteRaw("["u8);
            while (reader.TryRead(out var diff))
            {
                printer.WriteRaw(isFirst ? "{\"op\": \""u8 : ", {\"op\": \""u8);
                printer.WriteRaw(diff.Word);
                printer.WriteRaw("\", \"path\": "u8);
                printer.WriteQuoted(diff.Path);
                if (diff.Operation != JsonDiffOperation.Remove)
                {
                    printer.WriteRaw(", \"value\": "u8);
                    printer.Write(diff.Value, 0);
                }

                printer.WriteRaw("}"u8);
                isFirst = false;
            }

            printer.WriteRaw("]"u8);
            return printer.ToText();
        }
        catch (CdcProtocolException e)
        {
            throw Refusal(table, column, e.Message, e);
        }
        finally
        {
            printer.Dispose();
        }
    }

    /// <summary>Makes the exception for differences that cannot be read or applied.</summary>
    public static CdcProtocolException Refusal(TableMap table, int column, string what, Exception? inner = null)
    {
        var name = table.Schema is { } schema ? $"{table.FullName}.{schema.Columns[column].Name}"
            : $"{table.FullName}, column {column + 1}";
        return new CdcProtocolException($"A partial update of {name} cannot be applied: "
            + $"{what}", EventType.PartialUpdateRows.Name(), innerException: inner);
    }

    /// <summary>Returns a path for a message, truncated if it is very long.</summary>
    public static string PathText(ReadOnlySpan<byte> path)
        => path.Length <= 200 ? Encoding.UTF8.GetString(path) : Encoding.UTF8.GetString(path[..200]) + "…";
}
