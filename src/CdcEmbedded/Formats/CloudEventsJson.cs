using System.Buffers;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.Formats;

/// <summary>Writes changes as CloudEvents 1.0 in their JSON format, one event for each change.</summary>
/// <remarks>
/// <para>The attributes are <c>id</c> (<see cref="ChangeEvent.EventId"/>), <c>source</c>, <c>type</c>, <c>subject</c> (database and table),
/// <c>time</c>, <c>datacontenttype</c>, <c>partitionkey</c> (the key as JSON), and of this library <c>cdcop</c>, <c>cdcdb</c>,
/// <c>cdctable</c>, and in a transaction <c>cdctx</c> and <c>cdcorder</c>. <c>data</c> has <c>before</c> and <c>after</c>, with the values
/// of <see cref="EnvelopeJson"/>.</para>
/// <para>It reuses its buffers: use one for each consumer, not from several threads at once.</para>
/// </remarks>
public sealed class CloudEventsJson : IChangeFormat
{
    private readonly EnvelopeJson _records = new();
    private readonly ArrayBufferWriter<byte> _key = new(256);
    private readonly string? _source;
    private readonly string _type;

    /// <summary>Creates the format.</summary>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <exception cref="ArgumentException">An attribute is empty or no URI reference.</exception>
    public CloudEventsJson(CloudEventsJsonOptions? options = null)
    {
        options ??= new CloudEventsJsonOptions();
        var isValid = options.Source is null or { Length: > 0 }
            && (options.Source is null || Uri.IsWellFormedUriString(options.Source, UriKind.RelativeOrAbsolute));
        _source = isValid ? options.Source
            : throw new ArgumentException($"Source is '{options.Source}'; allowed is a URI reference, such as /cdc/mysql/shop.");
        _type = string.IsNullOrWhiteSpace(options.TypePrefix) ? throw new ArgumentException("TypePrefix is empty.") : options.TypePrefix;
    }

    /// <inheritdoc/>
    public string MediaType => "application/cloudevents+json";

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, ChangeEvent change)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(change);
        _key.ResetWrittenCount();
        var hasKey = _records.TryWriteKey(_key, change);
        _records.WriteData(output, change, writer =>
        {
            var source = change.Source;
            writer.WriteString("specversion"u8, "1.0"u8);
            writer.WriteString("id"u8, change.EventId);
            writer.WriteString("source"u8, _source ?? $"/cdc/{Uri.EscapeDataString(source.Connector)}/{Uri.EscapeDataString(source.Name)}");
            writer.WriteString("type"u8, $"{_type}.{Verb(change.Operation)}");
            writer.WriteString("subject"u8, $"{change.Database}.{change.Table}");
            writer.WriteString("time"u8,
                change.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("datacontenttype"u8, "application/json"u8);
            if (hasKey)
            {
                writer.WriteString("partitionkey"u8, Encoding.UTF8.GetString(_key.WrittenSpan));
            }

            writer.WriteString("cdcop"u8, EnvelopeWords.Letter(change.Operation));
            writer.WriteString("cdcdb"u8, change.Database);
            writer.WriteString("cdctable"u8, change.Table);
            if (change.Transaction is { } transaction)
            {
                writer.WriteString("cdctx"u8, transaction.Id);
                writer.WriteString("cdcorder"u8, change.TotalOrder.ToString(CultureInfo.InvariantCulture));
            }
        });
    }

    /// <inheritdoc/>
    public bool TryWriteKey(IBufferWriter<byte> output, ChangeEvent change) => _records.TryWriteKey(output, change);

    /// <summary>Writes a change; the format has no form of other items.</summary>
    /// <inheritdoc/>
    public bool TryWrite(IBufferWriter<byte> output, StreamItem item)
    {
        if (item is not ChangeEvent change)
        {
            return false;
        }

        Write(output, change);
        return true;
    }

    /// <inheritdoc/>
    public bool HasTombstone(ChangeEvent change) => false;

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose() => _records.Dispose();

    private static string Verb(ChangeOperation operation) => operation switch
    {
        ChangeOperation.Create => "created",
        ChangeOperation.Update => "updated",
        ChangeOperation.Delete => "deleted",
        ChangeOperation.Read => "read",
        ChangeOperation.Truncate => "truncated",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "This operation has no name in CloudEvents."),
    };
}
