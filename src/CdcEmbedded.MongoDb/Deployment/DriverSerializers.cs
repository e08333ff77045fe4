using System.Diagnostics.CodeAnalysis;
using System.Dynamic;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The serializers that the driver creates by reflection, which trimming would remove from a Native AOT program: those of its own
/// replies and commands, of BSON's simple types and of classes that documents are read into.</summary>
internal static class DriverSerializers
{
    /// <summary>Keeps their constructors; does nothing when it is called.</summary>
    [DynamicDependency(
        DynamicallyAccessedMemberTypes.PublicConstructors, typeof(EnumerableInterfaceImplementerSerializer<List<object>, object>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ExpandoObjectSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ObjectSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(BsonClassMapSerializer<>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(BooleanSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ByteSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(CharSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(DateTimeSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(DateTimeOffsetSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(DecimalSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(Decimal128Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(DoubleSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(GuidSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(Int16Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(Int32Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(Int64Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ObjectIdSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(SingleSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(StringSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(TimeSpanSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(UInt32Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(UInt64Serializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(BsonDocumentSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(BsonValueSerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(BsonArraySerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(ByteArraySerializer))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(BsonClassMap<>))]
    public static void Keep()
    {
    }
}
