namespace CdcEmbedded.Tests.Values;

public sealed class TableSchemaTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(100)]
    public void A_name_has_its_index_however_often_and_as_whatever_object_it_is_asked_for(int columns)
    {
        var schema = new TableSchema("d", "t", [.. Enumerable.Range(0, columns).Select(i => Column($"Column{i}"))], []);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < columns; i++)
            {
                var name = $"Column{i}";
                Assert.Equal(i, schema.IndexOf(name));
                Assert.Equal(i, schema.IndexOf(name));
                Assert.Equal(i, schema.IndexOf(name.ToUpperInvariant()));
            }

            Assert.Equal(-1, schema.IndexOf($"Column{columns}"));
            Assert.Equal(-1, schema.IndexOf(""));
        }

        Assert.Throws<ArgumentNullException>(() => schema.IndexOf(null!));
    }

    [Fact]
    public void Names_may_be_asked_for_by_many_threads()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"Column{i}")];
        for (var round = 0; round < 50; round++)
        {
            var schema = new TableSchema("d", "t", [.. names.Select(name => Column(name))], []);
            Parallel.For(0, 400, i => Assert.Equal(i % 40, schema.IndexOf(names[i % 40])));
        }
    }

    private static ColumnSchema Column(string name) => new() { Name = name, TypeName = "int" };
}
