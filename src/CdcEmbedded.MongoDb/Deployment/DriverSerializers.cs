using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The serializers that the driver creates by reflection, which trimming would remove from a Native AOT program: those of its own
/// replies and commands, of BSON's simple types and of classes that documents are read into.</summary>
internal static class DriverSerializers
{
    private const DynamicallyAccessedMemberTypes Constructors = DynamicallyAccessedMemberTypes.PublicConstructors;

    /// <summary>Keeps their constructors; does nothing when it is called.</summary>
    [DynamicDependency(Constructors, typeof(EnumerableInterfaceImplementerSerializer<List<object>, object>))]
    [DynamicDependency(Constructors, typeof(BsonClassMapSerializer<>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(BsonClassMap<>))]
    [DynamicDependency(Constructors, typeof(BooleanSerializer))]
    [DynamicDependency(Constructors, typeof(BsonArraySerializer))]
    [DynamicDependency(Constructors, typeof(BsonBinaryDataSerializer))]
    [DynamicDependency(Constructors, typeof(BsonBooleanSerializer))]
    [DynamicDependency(Constructors, typeof(BsonDateTimeSerializer))]
    [DynamicDependency(Constructors, typeof(BsonDecimal128Serializer))]
    [DynamicDependency(Constructors, typeof(BsonDocumentSerializer))]
    [DynamicDependency(Constructors, typeof(BsonDocumentWrapperSerializer))]
    [DynamicDependency(Constructors, typeof(BsonDoubleSerializer))]
    [DynamicDependency(Constructors, typeof(BsonInt32Serializer))]
    [DynamicDependency(Constructors, typeof(BsonInt64Serializer))]
    [DynamicDependency(Constructors, typeof(BsonJavaScriptSerializer))]
    [DynamicDependency(Constructors, typeof(BsonJavaScriptWithScopeSerializer))]
    [DynamicDependency(Constructors, typeof(BsonMaxKeySerializer))]
    [DynamicDependency(Constructors, typeof(BsonMinKeySerializer))]
    [DynamicDependency(Constructors, typeof(BsonNullSerializer))]
    [DynamicDependency(Constructors, typeof(BsonObjectIdSerializer))]
    [DynamicDependency(Constructors, typeof(BsonRegularExpressionSerializer))]
    [DynamicDependency(Constructors, typeof(BsonStringSerializer))]
    [DynamicDependency(Constructors, typeof(BsonSymbolSerializer))]
    [DynamicDependency(Constructors, typeof(BsonTimestampSerializer))]
    [DynamicDependency(Constructors, typeof(BsonUndefinedSerializer))]
    [DynamicDependency(Constructors, typeof(BsonValueSerializer))]
    [DynamicDependency(Constructors, typeof(ByteSerializer))]
    [DynamicDependency(Constructors, typeof(ByteArraySerializer))]
    [DynamicDependency(Constructors, typeof(CharSerializer))]
    [DynamicDependency(Constructors, typeof(DateTimeSerializer))]
    [DynamicDependency(Constructors, typeof(DateTimeOffsetSerializer))]
    [DynamicDependency(Constructors, typeof(DecimalSerializer))]
    [DynamicDependency(Constructors, typeof(Decimal128Serializer))]
    [DynamicDependency(Constructors, typeof(DoubleSerializer))]
    [DynamicDependency(Constructors, typeof(ExpandoObjectSerializer))]
    [DynamicDependency(Constructors, typeof(GuidSerializer))]
    [DynamicDependency(Constructors, typeof(Int16Serializer))]
    [DynamicDependency(Constructors, typeof(Int32Serializer))]
    [DynamicDependency(Constructors, typeof(Int64Serializer))]
    [DynamicDependency(Constructors, typeof(LazyBsonArraySerializer))]
    [DynamicDependency(Constructors, typeof(LazyBsonDocumentSerializer))]
    [DynamicDependency(Constructors, typeof(ObjectSerializer))]
    [DynamicDependency(Constructors, typeof(ObjectIdSerializer))]
    [DynamicDependency(Constructors, typeof(RawBsonArraySerializer))]
    [DynamicDependency(Constructors, typeof(RawBsonDocumentSerializer))]
    [DynamicDependency(Constructors, typeof(SByteSerializer))]
    [DynamicDependency(Constructors, typeof(SingleSerializer))]
    [DynamicDependency(Constructors, typeof(StringSerializer))]
    [DynamicDependency(Constructors, typeof(TimeSpanSerializer))]
    [DynamicDependency(Constructors, typeof(UInt16Serializer))]
    [DynamicDependency(Constructors, typeof(UInt32Serializer))]
    [DynamicDependency(Constructors, typeof(UInt64Serializer))]
    [DynamicDependency(Constructors, typeof(UriSerializer))]
    [DynamicDependency(Constructors, typeof(VersionSerializer))]
    public static void Keep()
    {
    }
}
