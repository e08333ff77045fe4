namespace CdcEmbedded.Tests.Architecture;

/// <summary>An application imports the namespaces of this library beside those of its other libraries. A type of the same name in both
/// does not compile there.</summary>
public sealed class NameCollisionTests
{
    // What an application names; adapters and wire formats are for authors of adapters.
    private static readonly string[] _ours =
    [
        "CdcEmbedded", "CdcEmbedded.Formats", "CdcEmbedded.Offsets", "CdcEmbedded.MongoDb", "CdcEmbedded.MySql", "CdcEmbedded.Testing",
        "CdcEmbedded.Hosting",
    ];

    // The SDK's implicit using directives, the drivers, logging, and a test framework.
    private static readonly (Type OneOf, string Namespace)[] _others =
    [
        (typeof(object), "System"), (typeof(Uri), "System"), (typeof(object), "System.IO"), (typeof(object), "System.Threading"),
        (typeof(object), "System.Threading.Tasks"), (typeof(object), "System.Collections.Generic"),
            (typeof(Stack<>), "System.Collections.Generic"),
        (typeof(Enumerable), "System.Linq"), (typeof(HttpClient), "System.Net.Http"),
        (typeof(System.Text.Json.JsonDocument), "System.Text.Json"), (typeof(System.Data.DataTable), "System.Data"),
        (typeof(System.Data.Common.DbConnection), "System.Data.Common"),
        (typeof(Microsoft.Extensions.Logging.ILogger), "Microsoft.Extensions.Logging"),
        (typeof(MySqlConnector.MySqlConnection), "MySqlConnector"),
        (typeof(MongoDB.Bson.BsonDocument), "MongoDB.Bson"), (typeof(MongoDB.Driver.IMongoClient), "MongoDB.Driver"),
        (typeof(FactAttribute), "Xunit"), (typeof(Assert), "Xunit"), (typeof(Record), "Xunit"),
    ];

    // Of Confluent.Kafka, to which an application often writes what it reads here: the types that it names, as of version 2.
    private static readonly string[] _kafka =
    [
        "Acks", "AdminClientBuilder", "AdminClientConfig", "AutoOffsetReset", "BrokerMetadata", "ClientConfig", "CommittedOffsets",
        "CompressionType", "Config", "ConsumeException", "ConsumeResult", "ConsumerBuilder", "ConsumerConfig", "DeliveryReport",
        "DeliveryResult", "Deserializers", "Error", "ErrorCode", "GroupInfo", "Handle", "Header", "Headers", "IAdminClient", "IClient",
        "IConsumer", "IHeader", "IProducer", "Ignore", "IsolationLevel", "KafkaException", "LogMessage", "Message", "MessageMetadata",
        "Metadata", "Null", "Offset", "OffsetsForTimesRequest", "Partition", "PartitionAssignmentStrategy", "PartitionMetadata",
        "Partitioner", "PersistenceStatus", "ProduceException", "ProducerBuilder", "ProducerConfig", "SecurityProtocol", "Serializers",
        "Timestamp", "TimestampType", "TopicCollection", "TopicMetadata", "TopicPartition", "TopicPartitionError", "TopicPartitionOffset",
        "TopicPartitionOffsetError", "TopicPartitionTimestamp", "WatermarkOffsets",
    ];

    [Fact]
    public void No_public_type_has_the_name_of_one_that_an_application_imports_beside_it()
    {
        var theirs = _others.SelectMany(other => other.OneOf.Assembly.GetExportedTypes().Where(t => t.Namespace == other.Namespace))
            .Where(t => !t.IsNested).Select(t => t.Name).Concat(_kafka).ToHashSet();
        var ours = ShippedAssemblies.All.SelectMany(a => a.GetExportedTypes()).Where(t => !t.IsNested && _ours.Contains(t.Namespace))
            .Select(t => t.Name).ToList();

        Assert.True(ours.Count > 50 && theirs.Count > 1000);
        Assert.Contains("Record", theirs);
        Assert.DoesNotContain(ours, theirs.Contains);
    }
}
