using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Tunnel.Mux.Cool.ReverseControl.Wire;
using Tunnel.Mux.Messages;
using Tunnel.Mux.Native.Wire;

namespace Tunnel.Mux.Tests.Messages;

public sealed class HostileMessageTests
{
    /// <summary>Of <see cref="Option"/>, which has a name (1) and a message (2) of a type's name (1) and its bytes (2).</summary>
    private static readonly MessageShape Shape = new((Option.ValueFieldNumber, MessageShape.Flat));

    [Fact]
    public void Messages_that_are_read_as_flat_are_flat() =>
        Assert.DoesNotContain(
            StreamOpen.Descriptor.Fields.InDeclarationOrder().Concat(Control.Descriptor.Fields.InDeclarationOrder()),
            static field => field.FieldType is FieldType.Message or FieldType.Group);

    [Fact]
    public void What_protobuf_writes_is_read()
    {
        var option = new Option { Name = "a", Value = new Any { TypeUrl = "b", Value = ByteString.CopyFrom(1, 2, 3) } };
        var bytes = option.ToByteArray();
        Assert.Equal(option, Parse(bytes));
        for (var length = 1; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            Assert.True(Parse(cut) is not { } part || part.Value is null, Convert.ToHexString(cut));
        }
    }

    [Theory]
    [InlineData("1803", "a varint")]
    [InlineData("1d01020304", "four bytes")]
    [InlineData("190102030405060708", "eight bytes")]
    [InlineData("2a020102", "bytes of a length")]
    [InlineData("120418011a00", "in the message within")]
    public void Fields_to_come_are_skipped(string hex, string what) => Assert.True(Parse(Convert.FromHexString("0a0161" + hex)) is { Name: "a" }, what);

    [Theory]
    [InlineData("12ffffffff07", "2 GiB - 1 of a message")]
    [InlineData("12f8ffffff07", "2 GiB - 8 of a message")]
    [InlineData("0affffffff07", "2 GiB - 1 of a string")]
    [InlineData("0affffffff0f", "-1")]
    [InlineData("0affffffffffffffffff01", "-1 in ten bytes")]
    [InlineData("0a02", "two bytes that are missing")]
    [InlineData("1203120500", "in the message within, as much as the message around has")]
    [InlineData("1206ffffffff0700", "2 GiB - 1 in the message within")]
    [InlineData("0b0c", "a group")]
    [InlineData("0f", "wire type 7")]
    [InlineData("1affffffff", "a length that does not end")]
    [InlineData("18ffffffffffffffffffff01", "a varint of eleven bytes")]
    [InlineData("8a80808010016100", "a tag beyond 32 bits")]
    [InlineData("0001", "field 0")]
    public void What_is_no_message_is_refused_whatever_its_lengths_say(string hex, string what) => Assert.True(Parse(Convert.FromHexString(hex + "00000000")) is null, what);

    private static Option? Parse(byte[] bytes) => HostileMessage.Parse(Option.Parser, Shape, new ReadOnlySequence<byte>(bytes));
}
