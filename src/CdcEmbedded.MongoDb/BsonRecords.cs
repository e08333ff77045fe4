using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CdcEmbedded.MongoDb;

/// <summary>The documents of records as the driver's types. All throw <see cref="ArgumentException"/> for a record without BSON: one of
/// another source, or one that a transform made.</summary>
public static class BsonRecords
{
    // Without the driver's corrections for documents that its first versions wrote.
    private static readonly BsonBinaryReaderSettings Exact =
        new() { FixOldBinarySubTypeOnInput = false, FixOldDateTimeMaxValueOnInput = false };

    /// <summary>Reads the whole document into a mutable one of its own.</summary>
    /// <exception cref="FormatException">The bytes are damaged, nest deeper than 200 levels, or have a type that the driver does not know
    /// (the deprecated DBPointer).</exception>
    public static BsonDocument ToBsonDocument(this DataRecord record)
    {
        using var stream = Open(record);
        try
        {
            using var reader = new BsonBinaryReader(stream, Exact);
            var context = BsonDeserializationContext.CreateRoot(reader, static builder => builder.AllowDuplicateElementNames = true);
            return BsonDocumentSerializer.Instance.Deserialize(context);
        }
        catch (Exception e) when (e is BsonException or IOException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"The document cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Wraps the document's bytes without a copy; elements are read when they are asked for. Keeps the whole batch of the event in
    /// memory, unless the record was detached.</summary>
    public static RawBsonDocument ToRawBsonDocument(this DataRecord record) => RawBson.Of(record).ToRawDocument();

    /// <summary>Reads the document into an object, by the class maps and serializers of the application.</summary>
    /// <remarks>In a Native AOT program the members of <typeparamref name="T"/> are kept. Classes of its members need a
    /// <see cref="DynamicDependencyAttribute"/> of the application, and so does a serializer that only an attribute names.</remarks>
    /// <typeparam name="T">A type with a class map, or one that the driver maps by its conventions.</typeparam>
    /// <exception cref="BsonSerializationException">The driver cannot map the type.</exception>
    /// <exception cref="FormatException">The document does not fit the type, its bytes are damaged, or it nests deeper than 200
    /// levels.</exception>
    public static T Deserialize<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(this DataRecord record)
    {
        using var reader = new BsonBinaryReader(Open(record));
        return BsonSerializer.Deserialize<T>(reader);
    }

    /// <summary>Writes the document as MongoDB Extended JSON, on one line and without blanks.</summary>
    /// <param name="record">The record.</param>
    /// <param name="mode">The form.</param>
    /// <exception cref="CdcProtocolException">Bytes are damaged, or nest deeper than 200 levels.</exception>
    public static string ToExtendedJson(this DataRecord record, ExtendedJsonMode mode = ExtendedJsonMode.Relaxed)
        => RawBson.Of(record).ToJson(mode);

    /// <summary>Makes a record of a document, as the source makes them: for tests of consumers.</summary>
    public static DataRecord ToDataRecord(this BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new RawBson(document.ToBson()).ToRecord();
    }

    // The driver recurses: a document that nests without end would end the process.
    private static ByteBufferStream Open(DataRecord record)
    {
        var document = RawBson.Of(record);
        try
        {
            BsonValidator.CheckDepth(document.Span);
        }
        catch (CdcProtocolException e)
        {
            throw new FormatException(e.Message, e);
        }

        return new ByteBufferStream(document.ToRawDocument().Slice, ownsBuffer: false);
    }
}
