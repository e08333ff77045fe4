using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>The envelope's member names, encoded once.</summary>
internal static class EnvelopeNames
{
    public static readonly JsonEncodedText Before = JsonEncodedText.Encode("before");
    public static readonly JsonEncodedText After = JsonEncodedText.Encode("after");
    public static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
    public static readonly JsonEncodedText Connector = JsonEncodedText.Encode("connector");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Time = JsonEncodedText.Encode("ts_ms");
    public static readonly JsonEncodedText Snapshot = JsonEncodedText.Encode("snapshot");
    public static readonly JsonEncodedText Database = JsonEncodedText.Encode("db");
    public static readonly JsonEncodedText Table = JsonEncodedText.Encode("table");
    public static readonly JsonEncodedText Operation = JsonEncodedText.Encode("op");
    public static readonly JsonEncodedText Transaction = JsonEncodedText.Encode("transaction");
    public static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    public static readonly JsonEncodedText TotalOrder = JsonEncodedText.Encode("total_order");
    public static readonly JsonEncodedText DataCollectionOrder = JsonEncodedText.Encode("data_collection_order");
    public static readonly JsonEncodedText Provisional = JsonEncodedText.Encode("provisional");
    public static readonly JsonEncodedText Key = JsonEncodedText.Encode("key");
    public static readonly JsonEncodedText RelatedKey = JsonEncodedText.Encode("related_key");
    public static readonly JsonEncodedText Bytes = JsonEncodedText.Encode("$bytes");
    public static readonly JsonEncodedText Json = JsonEncodedText.Encode("$json");
    public static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    public static readonly JsonEncodedText EventCount = JsonEncodedText.Encode("event_count");
    public static readonly JsonEncodedText DataCollections = JsonEncodedText.Encode("data_collections");
    public static readonly JsonEncodedText DataCollection = JsonEncodedText.Encode("data_collection");
    public static readonly JsonEncodedText Srid = JsonEncodedText.Encode("srid");
    public static readonly JsonEncodedText Wkb = JsonEncodedText.Encode("wkb");
    public static readonly JsonEncodedText SchemaChange = JsonEncodedText.Encode("schema_change");
    public static readonly JsonEncodedText SourceOperation = JsonEncodedText.Encode("operation");
    public static readonly JsonEncodedText To = JsonEncodedText.Encode("to");
    public static readonly JsonEncodedText Details = JsonEncodedText.Encode("details");
    public static readonly JsonEncodedText Notice = JsonEncodedText.Encode("notice");
    public static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
}
