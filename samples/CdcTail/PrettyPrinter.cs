using System.Buffers;
using System.Globalization;
using System.Text;
using CdcEmbedded;
using CdcEmbedded.MongoDb;

namespace CdcTail;

/// <summary>Changes for people: a line of time, table, operation and key, then what changed. Times are UTC.</summary>
internal sealed class PrettyPrinter(bool colours) : IEventPrinter
{
    private const int Width = 118;
    private const string Indent = "    ";
    private const string Removed = "(removed)";

    private readonly StringBuilder _text = new();
    private DateOnly _day;
    private int _column;

    public bool Print(StreamItem item, IBufferWriter<byte> output)
    {
        _text.Clear();
        switch (item)
        {
            case ChangeEvent change:
                Print(change);
                break;
            case TransactionBegin begin:
                Time(begin.Transaction.Timestamp);
                Paint(Colour.Dim, "BEGIN   " + begin.Transaction.Id);
                break;
            case TransactionEnd end:
                Time(end.Transaction.Timestamp);
                var changes = end.EventCount == 1 ? "1 change" : end.EventCount.ToString("N0", CultureInfo.InvariantCulture) + " changes";
                Paint(Colour.Dim, $"COMMIT  {end.Transaction.Id}  {changes}");
                break;
            case SchemaChange change:
                Print(change);
                break;
            case Notice notice:
                Print(notice);
                break;
            default:
                return false;
        }

        foreach (var chunk in _text.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, output);
        }

        return true;
    }

    public void Dispose()
    {
    }

    private void Print(ChangeEvent change)
    {
        Time(change.Timestamp);
        Paint(Colour.Bold, $"{PrettyValue.Plain(change.Database)}.{PrettyValue.Plain(change.Table)}");
        _text.Append("  ");
        Paint(ColourOf(change.Operation), change.Operation.ToString().ToUpperInvariant());
        Key("  ", change.Key);
        Key(change.Operation == ChangeOperation.Delete ? "  now " : "  was ", change.RelatedKey);
        _column = Width;
        switch (change.Operation)
        {
            case ChangeOperation.Update when change.Source is MongoSourceInfo source && !(change.Before.HasValue && source.AfterState == AfterState.Exact):
                Description(source.UpdateDescription, change.After);
                break;
            case ChangeOperation.Update:
                Differences(change.Before, change.After);
                break;
            case ChangeOperation.Delete:
                Fields(change.Before);
                break;
            default:
                Fields(change.After);
                break;
        }
    }

    private void Print(SchemaChange change)
    {
        Time(change.Timestamp);
        var name = change.Table.Length > 0 ? $"{PrettyValue.Plain(change.Database)}.{PrettyValue.Plain(change.Table)}" : PrettyValue.Plain(change.Database);
        if (name.Length > 0)
        {
            Paint(Colour.Bold, name);
            _text.Append("  ");
        }

        var isLoss = change.Kind is SchemaChangeKind.Drop or SchemaChangeKind.DropDatabase or SchemaChangeKind.Invalidate;
        Paint(isLoss ? Colour.Red : Colour.Yellow, PrettyValue.Plain(change.Operation).ToUpperInvariant());
        if (change.NewTable is { } table)
        {
            _text.Append(" → ").Append(PrettyValue.Plain(change.NewDatabase ?? change.Database)).Append('.').Append(PrettyValue.Plain(table));
        }

        _column = Width;
        Fields(change.Details);
    }

    private void Print(Notice notice)
    {
        if (notice.Source is { } source)
        {
            Time(source.Timestamp);
        }

        if (notice.Database.Length > 0)
        {
            var name = notice.Table.Length > 0 ? $"{notice.Database}.{notice.Table}" : notice.Database;
            Paint(Colour.Bold, PrettyValue.Printable(name));
            _text.Append("  ");
        }

        Paint(Colour.Red, notice.Kind.ToString().ToUpperInvariant());
        _text.Append("  ").Append(PrettyValue.Printable(notice.Message));
    }

    private void Time(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        if (DateOnly.FromDateTime(utc) is var day && day != _day)
        {
            _day = day;
            Paint(Colour.Dim, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " UTC\n");
        }

        Paint(Colour.Dim, utc.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        _text.Append("  ");
    }

    private void Key(string before, DataRecord key)
    {
        foreach (var field in key)
        {
            _text.Append(before).Append(PrettyValue.Plain(field.Name)).Append('=').Append(PrettyValue.Of(field.Value));
            before = " ";
        }
    }

    private void Fields(DataRecord record)
    {
        foreach (var field in record)
        {
            if (!field.Value.IsAbsent)
            {
                Field(field.Name, PrettyValue.Of(field.Value));
            }
        }
    }

    // Unless both documents are exact, what the server says of the update is all that is known of it. A replacement has no description.
    private void Description(UpdateDescription update, DataRecord after)
    {
        if (!update.HasValue)
        {
            Fields(after);
            return;
        }

        Fields(update.UpdatedFields.ToRecord());
        foreach (var path in update.RemovedFields)
        {
            Field(path, Removed);
        }

        foreach (var array in update.TruncatedArrays)
        {
            Field(array.Field, string.Create(CultureInfo.InvariantCulture, $"cut to {array.NewSize}"));
        }
    }

    // An image may hold fewer columns than the other (binlog_row_image=MINIMAL): what is not there is not known to have changed.
    private void Differences(DataRecord before, DataRecord after)
    {
        var any = false;
        for (var i = 0; i < after.Count; i++)
        {
            var name = after.GetName(i);
            var value = after[i];
            before.TryGetValue(name, out var old);
            if (value.IsAbsent || (!old.IsAbsent && old.Kind == value.Kind && old.ToString() == value.ToString()))
            {
                continue;
            }

            any = true;
            Field(name, old.IsAbsent ? PrettyValue.Of(value) : $"{PrettyValue.Of(old)} → {PrettyValue.Of(value)}");
        }

        // A document, unlike a row, loses fields.
        for (var i = 0; after is { HasValue: true, Schema: null } && i < before.Count; i++)
        {
            if (before.GetName(i) is var name && !after.TryGetValue(name, out _))
            {
                any = true;
                Field(name, $"{PrettyValue.Of(before[i])} → {Removed}");
            }
        }

        if (!any)
        {
            Field("nothing changed", "");
        }
    }

    private void Field(string name, string value)
    {
        name = PrettyValue.Plain(name);
        var length = name.Length + value.Length + 2;
        if (_column + length + 2 > Width)
        {
            _text.Append('\n').Append(Indent);
            _column = Indent.Length;
        }
        else
        {
            _text.Append("  ");
            _column += 2;
        }

        _column += length;
        Paint(Colour.Dim, value.Length == 0 ? name : name + ": ");
        _text.Append(value);
    }

    private void Paint(Colour colour, string text)
    {
        if (colours)
        {
            _text.Append("\e[").Append((int)colour).Append('m').Append(text).Append("\e[0m");
        }
        else
        {
            _text.Append(text);
        }
    }

    private static Colour ColourOf(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Create => Colour.Green,
        ChangeOperation.Update => Colour.Yellow,
        ChangeOperation.Delete or ChangeOperation.Truncate => Colour.Red,
        _ => Colour.Bold,
    };

    /// <summary>Codes of ECMA-48's SGR.</summary>
    private enum Colour
    {
        Bold = 1,
        Dim = 2,
        Red = 31,
        Green = 32,
        Yellow = 33,
    }
}
