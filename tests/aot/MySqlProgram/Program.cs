using CdcEmbedded;
using CdcEmbedded.Aot;
using CdcEmbedded.Aot.MySqlProgram;
using CdcEmbedded.MySql;

// CONNECTION TABLES OFFSETS: prints every change of the tables as JSON, from the offset in the file to the end of the log.
if (args is not [var connection, var tables, var offsets])
{
    Console.Error.WriteLine("usage: CONNECTION TABLES OFFSETS");
    return 2;
}

var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = connection, Include = [tables] });
return await PrintedStream.RunAsync(source, offsets, static change =>
{
    if (change.After.HasValue)
    {
        Console.Error.WriteLine(change.After.To<Item>());
        Console.Error.WriteLine(change.After.To(ItemContext.Default.JsonItem));
    }

    return true;
});
