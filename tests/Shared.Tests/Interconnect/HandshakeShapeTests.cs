using Google.Protobuf.Reflection;
using Tunnel.Mux.Messages;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>A message within a message that the shape leaves out would not be looked into.</summary>
public sealed class HandshakeShapeTests
{
    [Fact]
    public void The_shapes_are_those_of_the_messages()
    {
        AssertShape(HandshakeMessage.Descriptor, HandshakeCodec.Shape);
        AssertShape(WelcomeContent.Descriptor, HandshakeCodec.WelcomeShape);
    }

    private static void AssertShape(MessageDescriptor message, MessageShape shape)
    {
        var within = message.Fields.InFieldNumberOrder().Where(field => field.FieldType == FieldType.Message).ToArray();
        Assert.Equal(within.Select(field => field.FieldNumber), shape.Messages.Select(field => field.Field).Order());
        foreach (var field in within)
        {
            AssertShape(field.MessageType, shape.Messages.Single(inner => inner.Field == field.FieldNumber).Shape);
        }
    }
}
