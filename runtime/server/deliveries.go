package server

import (
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// deliveryOut is an outside effect as admins see it.
type deliveryOut struct {
	ID         string `json:"id"`
	Channel    string `json:"channel"`
	State      string `json:"state"`
	App        string `json:"app,omitempty"`
	Form       string `json:"form,omitempty"`
	Record     string `json:"record,omitempty"`
	Automation string `json:"automation,omitempty"`
	// To is the host, the address or the robot.
	To       string `json:"to,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Attempts int    `json:"attempts"`
	// Status and Answer are the last ones.
	Status    int     `json:"status,omitempty"`
	Answer    string  `json:"answer,omitempty"`
	CreatedAt instant `json:"createdAt"`
	Next      instant `json:"next"`
	ChangedAt instant `json:"changedAt"`
	// Hint says why a test came to nothing, and what to do.
	Hint *rules.Text `json:"hint,omitempty"`
}

func (s *Server) getDeliveries(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	state, channel := c.Query("state"), c.Query("channel")
	if state != "" && !slices.Contains(engine.DeliveryStates, state) {
		return nil, oneOf("state", engine.DeliveryStates)
	}
	if channel != "" && !slices.Contains(engine.DeliveryChannels, channel) {
		return nil, oneOf("channel", engine.DeliveryChannels)
	}
	list, next, err := s.Engine.Deliveries(c.ctx(), state, channel, n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]deliveryOut, len(list))
	for i, d := range list {
		out[i] = deliveryWire(d)
	}
	return page(out, next), nil
}

func deliveryWire(d engine.Delivery) deliveryOut {
	return deliveryOut{d.ID, d.Channel, d.State, d.App, d.Form, d.Record, d.Automation, d.To, d.Subject, d.Attempts, d.Status, d.Answer,
		instant(d.CreatedAt), instant(d.Next), instant(d.ChangedAt), d.Hint}
}

func oneOf(name string, words []string) error {
	list := strings.Join(words, " ")
	return badRequest(rules.Say("{name} 可选 {list}", "{name} 可選 {list}", "{name} is one of {list}", "name", name, "list", list))
}

func (s *Server) retryDelivery(c *call) (any, error) {
	return nil, s.Engine.RetryDelivery(c.ctx(), &c.user, c.Param("id"))
}

func (s *Server) discardDelivery(c *call) (any, error) {
	return nil, s.Engine.DiscardDelivery(c.ctx(), &c.user, c.Param("id"))
}
