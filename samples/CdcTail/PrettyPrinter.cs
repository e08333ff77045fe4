using System.Buffers;
using System.Globalization;
using System.Text;
using CdcEmbedded;
using CdcEmbedded.MongoDb;
using Spectre.Console;

namespace CdcTail;

/// <summary>Changes for people: a line of time, table, operation and key, then what changed. Times are UTC.</summary>
internal sealed class PrettyPrinter : IEventPrinter
{
    private const int Width = 118;
    private const string Indent = "    ";
    private const string Removed = "(removed)";

    private static readonly Style Bold = new(decoration: Decoration.Bold);
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Green = new(Color.Green);
    private static readonly Style Yellow = new(Color.Olive);
    private static readonly Style Red = new(Color.Maroon);

    private readonly StringWriter _rendered = new(CultureInfo.InvariantCulture);
    private readonly IAnsiConsole _console;
    private Paragraph _text = new();
    private DateOnly _day;
    private int _column;

    /// <summary>Creates the printer.</summary>
    /// <param name="colours">False for plain text.</param>
    public PrettyPrinter(bool colours) => _console = Terminal.Open(_rendered, colours);

    public bool Print(StreamItem item, IBufferWriter<byte> output)
    {
        _text = new Paragraph();
        switch (item)
        {
            case ChangeEvent change:
                Print(change);
                break;
            case TransactionBegin begin:
                Time(begin.Transaction.Timestamp);
                Paint(Dim, "BEGIN   " + begin.Transaction.Id);
                break;
            case TransactionEnd end:
                Time(end.Transaction.Timestamp);
                var changes = end.EventCount == 1 ? "1 change" : end.EventCount.ToString("N0", CultureInfo.InvariantCulture) + " changes";
                Paint(Dim, $"COMMIT  {end.Transaction.Id}  {changes}");
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

        _console.Write(_text);
        foreach (var chunk in _rendered.GetStringBuilder().GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, output);
        }

        _rendered.GetStringBuilder().Clear();
        return true;
    }

    public void Dispose() => _rendered.Dispose();

    private void Print(ChangeEvent change)
    {
        Time(change.Timestamp);
        Paint(Bold, $"{PrettyValue.Plain(change.Database)}.{PrettyValue.Plain(change.Table)}");
        _text.Append("  ");
        Paint(ColourOf(change.Operation), change.Operation.ToString().ToUpperInvariant());
        Key("  ", change.Key);
        Key(change.Operation == ChangeOperation.Delete ? "  now " : "  was ", change.RelatedKey);
        _column = Width;
        switch (change.Operation)
        {
            case ChangeOperation.Update when change.Source is MongoSourceInfo source
                && !(change.Before.HasValue && source.AfterState == AfterState.Exact):
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
        var name = change.Table.Length > 0 ? $"{PrettyValue.Plain(change.Database)}.{PrettyValue.Plain(change.Table)}"
            : PrettyValue.Plain(change.Database);
        if (name.Length > 0)
        {
            Paint(Bold, name);
            _text.Append("  ");
        }

        var isLoss = change.Kind is SchemaChangeKind.Drop or SchemaChangeKind.DropDatabase or SchemaChangeKind.Invalidate;
        Paint(isLoss ? Red : Yellow, PrettyValue.Plain(change.Operation).ToUpperInvariant());
        if (change.NewTable is { } table)
        {
            _text.Append($" → {PrettyValue.Plain(change.NewDatabase ?? change.Database)}.{PrettyValue.Plain(table)}");
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
            Paint(Bold, PrettyValue.Printable(name));
            _text.Append("  ");
        }

        Paint(Red, notice.Kind.ToString().ToUpperInvariant());
        _text.Append("  " + PrettyValue.Printable(notice.Message));
    }

    private void Time(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        if (DateOnly.FromDateTime(utc) is var day && day != _day)
        {
            _day = day;
            Paint(Dim, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " UTC\n");
        }

        Paint(Dim, utc.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        _text.Append("  ");
    }

    private void Key(string before, DataRecord key)
    {
        foreach (var field in key)
        {
            _text.Append($"{before}{PrettyValue.Plain(field.Name)}={PrettyValue.Of(field.Value)}");
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

    // Unless both documents are exact, only the server's description of the update is known. A replacement has none.
    private void Description(UpdateDescription update, DataRecord after)
    {
        if (!update.HasValue)
        {
            Fields(after);
            return;
        }

        Fields(update.UpdatedFields);
        foreach (var path in update.RemovedFields)
        {
            Field(path, Removed);
        }

        foreach (var array in update.TruncatedArrays)
        {
            Field(array.Field, string.Create(CultureInfo.InvariantCulture, $"cut to {array.NewSize}"));
        }
    }

    // One image may have fewer columns than the other (binlog_row_image=MINIMAL): a missing column is not known to have changed.
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
            _text.Append("\n" + Indent);
            _column = Indent.Length;
        }
        else
        {
            _text.Append("  ");
            _column += 2;
        }

        _column += length;
        Paint(Dim, value.Length == 0 ? name : name + ": ");
        _text.Append(value);
    }

    private void Paint(Style style, string text) => _text.Append(text, style);

    private static Style ColourOf(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Create => Green,
        ChangeOperation.Update => Yellow,
        ChangeOperation.Delete or ChangeOperation.Truncate => Red,
        _ => Bold,
    };
}
